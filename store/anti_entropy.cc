#include "store/anti_entropy.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace fracas::store {
namespace {

// Of one message. What does not fit is left to the next walk; one item always fits.
constexpr std::size_t max_buckets = 8192;
constexpr std::size_t max_clocks = 4096;
constexpr std::size_t max_states_bytes = std::size_t{4} << 20;

/// Walks without much to move: under load the roots are rarely equal, and the next period comes anyway.
constexpr int max_walks = 8;
constexpr std::size_t many_moved = 256;  ///< a walk that moved so many is progress, and free

constexpr std::int64_t answer_timeout_ns = 2'000'000'000;

std::size_t bytes_of(const KeyState& state) {
  std::string bytes;
  encode(state, bytes);
  return bytes.size();
}

Mark way_of(bool pulled, bool pushed) {
  if (pulled && pushed) return Mark::exchange_both_ways;
  return pulled ? Mark::exchange_pulled : Mark::exchange_pushed;
}

std::size_t buckets_of(const ExchangeBuckets& message) {
  std::size_t buckets = 0;
  for (const auto& partition : message.partitions) buckets += partition.buckets.size();
  return buckets;
}

bool is_full(const ExchangeKeys& message) {
  return message.clocks.size() >= max_clocks || message.slots.size() >= max_buckets;
}

/// A message's worth of states.
class StateBatch {
 public:
  /// False: full, and not taken.
  bool add(std::string_view key, const KeyState& state) {
    if (bytes_ >= max_states_bytes) return false;
    bytes_ += key.size() + bytes_of(state);
    states_.emplace_back(key, state);
    return true;
  }
  KeyStates take() { return std::move(states_); }

 private:
  std::size_t bytes_ = 0;
  KeyStates states_;
};

}  // namespace

AntiEntropy::AntiEntropy(Shared& shared)
    : shared_(shared),
      shared_partitions_(shared.options.names.size()),
      completed_(shared.options.names.size()),
      jitter_(shared.options.seed) {}

void AntiEntropy::find_shared_partitions() {
  const Config& config = shared_.config();
  const bool stays = config.bugs.has(Bug::ae_stops_after_ring_change) && !shared_.ring.next();
  const RingDocument& ring = stays ? RingDocument(first_members(config), config.bugs) : shared_.ring;
  shared_partitions_.clear();
  for (NodeIndex peer = 0; peer < shared_.options.names.size(); ++peer)
    shared_partitions_.push_back(ring.shared(shared_.self(), peer, shared_.config().n));
}

void AntiEntropy::ring_changed() {
  while (!open_.empty()) close(open_.begin());
  find_shared_partitions();
}

void AntiEntropy::start(Step& step) {
  find_shared_partitions();
  const std::int64_t period = shared_.config().anti_entropy_ns;
  if (period == 0) return;
  const auto first = static_cast<std::int64_t>(jitter_() % static_cast<std::uint64_t>(period));
  shared_.agenda.add(step.now().steady_ns + first, {Task::Kind::round, 0});
}

void AntiEntropy::round(Step& step) {
  for (NodeIndex peer = 0; peer < shared_partitions_.size(); ++peer) begin(step, peer);
  const std::int64_t period = shared_.config().anti_entropy_ns;
  const auto wobble = static_cast<std::int64_t>(jitter_() % static_cast<std::uint64_t>(period / 4 + 1));
  shared_.agenda.add(step.now().steady_ns + period - period / 8 + wobble, {Task::Kind::round, 0});
}

void AntiEntropy::begin(Step& step, NodeIndex peer) {
  if (shared_.read_only() || shared_.keeps_quiet) return;
  if (!has_partitions_in_common(peer) || open_.contains(peer)) return;
  ++shared_.counters.exchanges_begun;
  const auto entry =
      open_.emplace(peer, Exchange{.operation = shared_.next_operation(), .walks_left = max_walks}).first;
  walk(step, entry);
}

void AntiEntropy::walk(Step& step, Entry entry) {
  auto& [peer, exchange] = *entry;
  exchange.begun_ns = step.now().steady_ns;
  exchange.stage = Stage::roots;
  exchange.moved = 0;
  put_off(step, exchange);
  ExchangeRoots message{.operation = exchange.operation, .roots = {}};
  for (const int partition : shared_partitions_[peer]) {
    message.roots.emplace_back(static_cast<std::uint16_t>(partition),
                               shared_.replica.forest().tree(partition).root());
  }
  step.send(peer, std::move(message));
}

void AntiEntropy::answer(Step& step, NodeIndex from, const ExchangeRoots& message) {
  ExchangeBuckets reply{
      .operation = message.operation, .partitions = {}, .catching_up = shared_.not_voting()};
  std::size_t buckets = 0;
  for (const auto& [partition, root] : message.roots) {
    if (partition >= partitions || buckets >= max_buckets) continue;
    const MerkleTree& tree = shared_.replica.forest().tree(partition);
    if (tree.root() == root) continue;
    reply.partitions.push_back({partition, tree.buckets()});
    buckets += reply.partitions.back().buckets.size();
  }
  shared_.monitor.roots_compared(from, message.operation, reply.partitions.empty());
  step.send(from, std::move(reply));
}

/// An answer that lists as many buckets as fit may have left partitions out that differ.
EqualPartitions AntiEntropy::equal_ones(const Exchange& exchange, NodeIndex from,
                                        const ExchangeBuckets& message) const {
  EqualPartitions equal{.peer = from, .begun_ns = exchange.begun_ns, .catching_up = message.catching_up};
  for (const int partition : shared_partitions_[from]) equal.partitions |= std::uint64_t{1} << partition;
  std::size_t listed = 0;
  for (const auto& [partition, buckets] : message.partitions) {
    listed += buckets.size();
    if (partition < partitions) equal.partitions &= ~(std::uint64_t{1} << partition);
  }
  if (listed >= max_buckets) equal.partitions = 0;
  return equal;
}

EqualPartitions AntiEntropy::proceed(Step& step, NodeIndex from, const ExchangeBuckets& message) {
  const auto entry = expected(step, from, message.operation, Stage::roots);
  if (entry == open_.end()) return {};
  const EqualPartitions equal = equal_ones(entry->second, from, message);
  if (message.partitions.empty()) {
    if (!entry->second.walked) shared_.marks.reach(Mark::exchange_found_nothing);
    if (shared_.config().bugs.has(Bug::ae_false_repair_loop)) send_all(step, from);
    ++completed_[from];
    shared_.monitor.compared(from, step.now().steady_ns);
    ++shared_.counters.exchanges_completed;
    close(entry);
    return equal;
  }
  ExchangeKeys request{.operation = message.operation, .slots = {}, .clocks = {}};
  bool all = buckets_of(message) < max_buckets;
  for (const auto& [partition, buckets] : message.partitions) {
    if (partition >= partitions) continue;
    for (const std::uint16_t bucket :
         differing(shared_.replica.forest().tree(partition).buckets(), buckets)) {
      if (is_full(request)) {
        all = false;
        break;
      }
      const auto slot = static_cast<Slot>(partition * buckets_per_partition + bucket);
      request.slots.push_back(slot);
      for (const auto& [key, state] : shared_.replica.in_slot(slot)) {
        if (const KeyState& ours = seen(*state); !std::holds_alternative<std::monostate>(ours))
          request.clocks.emplace_back(key, without_values(ours));
      }
    }
  }
  entry->second.stage = Stage::keys;
  shared_.monitor.asks(from, all);
  step.send(from, std::move(request));
  return equal;
}

void AntiEntropy::answer(Step& step, NodeIndex from, const ExchangeKeys& message) {
  const bool initiator_wins = shared_.config().bugs.has(Bug::exchange_older_wins);
  ExchangeStates reply{.operation = message.operation, .states = {}, .wanted = {}};
  StateBatch batch;
  std::set<std::string_view> named;
  Monitor::Found found;
  for (const auto& [key, theirs] : message.clocks) {
    named.insert(key);
    const KeyState& ours = seen(shared_.replica.find(key));
    const bool they_lack = !covers(theirs, ours);
    const bool we_lack = !covers(ours, theirs);
    if (they_lack || we_lack) found[key] = lag_of(they_lack ? theirs : ours);
    if (they_lack && !initiator_wins) batch.add(key, ours);
    if (we_lack || (they_lack && initiator_wins)) reply.wanted.push_back(key);
  }
  for (const Slot slot : message.slots) {
    for (const auto& [key, state] : shared_.replica.in_slot(slot)) {
      if (named.contains(key)) continue;
      batch.add(key, seen(*state));
      found[std::string(key)] = lag_of(KeyState{});
    }
  }
  shared_.monitor.keys_compared(from, message.operation, found, !is_full(message), step.now().steady_ns);
  reply.states = batch.take();
  reply.until_ns = shared_.until(step.now().steady_ns + shared_.config().timeout_ns);
  shared_.counters.exchange_keys_sent += reply.states.size();
  step.send(from, std::move(reply));
}

void AntiEntropy::proceed(Step& step, NodeIndex from, const ExchangeStates& message) {
  const auto entry = expected(step, from, message.operation, Stage::keys);
  if (entry == open_.end()) return;
  Exchange& exchange = entry->second;
  shared_.monitor.answered(from, step.now().steady_ns);
  take(step, message.states);
  StateBatch batch;
  for (const std::string& key : message.wanted) batch.add(key, shared_.replica.find(key));
  ExchangePush push{.operation = message.operation,
                    .states = batch.take(),
                    .until_ns = shared_.until(step.now().steady_ns + shared_.config().timeout_ns)};
  shared_.counters.exchange_keys_sent += push.states.size();
  exchange.moved = message.states.size() + push.states.size();
  exchange.walked = true;
  if (exchange.moved > 0) shared_.marks.reach(way_of(!message.states.empty(), !push.states.empty()));
  if (push.states.empty()) {
    next_walk(step, entry);
    return;
  }
  exchange.stage = Stage::push;
  step.send(from, std::move(push));
}

void AntiEntropy::answer(Step& step, NodeIndex from, const ExchangePush& message) {
  take(step, message.states);
  step.send(from, ExchangePushed{message.operation});
}

void AntiEntropy::proceed(Step& step, NodeIndex from, const ExchangePushed& message) {
  const auto entry = expected(step, from, message.operation, Stage::push);
  if (entry != open_.end()) next_walk(step, entry);
}

/// What a tree that is not its data makes of every exchange: everything seems to differ.
void AntiEntropy::send_all(Step& step, NodeIndex peer) {
  for (const int partition : shared_partitions_[peer]) {
    for (int bucket = 0; bucket < buckets_per_partition; ++bucket) {
      for (const auto& [key, state] :
           shared_.replica.in_slot(static_cast<Slot>(partition * buckets_per_partition + bucket))) {
        ++shared_.counters.exchange_keys_sent;
        step.send(peer, WriteRequest{0, std::string(key), *state});
      }
    }
  }
}

void AntiEntropy::send_failed(NodeIndex to, OperationId operation) {
  const auto entry = open_.find(to);
  if (entry != open_.end() && entry->second.operation == operation) close(entry);
}

void AntiEntropy::time_out(OperationId operation) {
  const auto entry = std::find_if(open_.begin(), open_.end(),
                                  [&](const auto& open) { return open.second.operation == operation; });
  if (entry == open_.end()) return;
  shared_.detector.unanswered(entry->first);
  shared_.marks.reach(Mark::exchange_timed_out);
  close(entry);
}

AntiEntropy::Entry AntiEntropy::expected(Step& step, NodeIndex from, OperationId operation, Stage stage) {
  const auto entry = open_.find(from);
  if (entry == open_.end() || entry->second.operation != operation || entry->second.stage != stage)
    return open_.end();
  put_off(step, entry->second);
  return entry;
}

void AntiEntropy::next_walk(Step& step, Entry entry) {
  Exchange& exchange = entry->second;
  if (exchange.moved < many_moved && --exchange.walks_left == 0) {
    close(entry);
  } else {
    walk(step, entry);
  }
}

void AntiEntropy::close(Entry entry) {
  shared_.agenda.remove(entry->second.deadline_ns, {Task::Kind::exchange, entry->second.operation});
  open_.erase(entry);
}

void AntiEntropy::put_off(Step& step, Exchange& exchange) {
  shared_.agenda.remove(exchange.deadline_ns, {Task::Kind::exchange, exchange.operation});
  exchange.deadline_ns = step.now().steady_ns + answer_timeout_ns;
  shared_.agenda.add(exchange.deadline_ns, {Task::Kind::exchange, exchange.operation});
}

const KeyState& AntiEntropy::seen(const KeyState& state) const {
  static const KeyState none;
  const bool hidden = shared_.config().bugs.has(Bug::tree_skips_tombstones) && !has_live_values(state);
  return hidden ? none : state;
}

/// Merges what the other side sent.
void AntiEntropy::take(Step& step, const KeyStates& states) {
  for (const auto& [key, state] : states) {
    if (!shared_.is_our_kind(state)) continue;
    const KeyState& ours = shared_.replica.find(key);
    if (shared_.config().bugs.has(Bug::exchange_older_wins) || &seen(ours) != &ours) {
      shared_.replica.replace(step, key, state);
    } else if (shared_.replica.merge(step, key, state)) {
      ++shared_.counters.exchange_keys_repaired;
    }
  }
}

}  // namespace fracas::store
