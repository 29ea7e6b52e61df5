#include "store/rejoin.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "store/bytes.h"

namespace fracas::store {
namespace {

constexpr std::int64_t tick_ns = 50'000'000;
constexpr std::int64_t recent_ns = 500'000'000;  ///< an answer within so long: its sender can be reached
constexpr std::uint64_t far_above = std::uint64_t{1} << 32;

constexpr std::uint64_t bit(unsigned index) { return std::uint64_t{1} << index; }

}  // namespace

bool Rejoin::load_sequence(std::string_view record) {
  ByteReader in(record);
  found_ = shared_.sequence.now = in.u64();
  return in.complete();
}

bool Rejoin::load_lost(std::string_view record) {
  ByteReader in(record);
  lost_ = in.u64();
  unseen_ = in.u64();
  has_found_loss_ = lost_ != 0;
  return in.complete();
}

void Rejoin::start(Step& step) {
  started_ns_ = step.now().steady_ns;
  knows_ = shared_.config().bugs.has(Bug::restore_votes_immediately);
  // A disk that takes no writes any more has lost none (store/machine.h).
  if (shared_.read_only()) knows_ = true;
  shared_.catching_up = asks() ? own() : not_caught_up();
  shared_.keeps_quiet = asks() && shared_.config().gc == Gc::confirmed;
  if (shared_.read_only()) return;
  if (not_caught_up() != 0) write_down(step);
  tick(step);
}

void Rejoin::ring_changed(Step& step, std::uint64_t unseen) {
  const bool ticks = has_to_do();
  for (int partition = 0; partition < partitions; ++partition)
    if ((unseen >> partition & 1) != 0) merged_[static_cast<std::size_t>(partition)] = {};
  lost_ &= own();
  unseen_ = (unseen_ | unseen) & own();
  shared_.catching_up = asks() ? own() : not_caught_up();
  write_down(step);
  if (!ticks) tick(step);
}

/// Asks everybody, and merges from those that have what this node may lack.
void Rejoin::tick(Step& step) {
  if (!has_to_do()) return;
  const bool late = waited(step.now().steady_ns);
  if (late) shared_.keeps_quiet = false;
  for (NodeIndex peer = 0; peer < shared_.options.names.size(); ++peer) {
    if (peer == shared_.self()) continue;
    if (asks())
      step.send(peer,
                SequenceQuery{shared_.next_operation(), shared_.incarnation, found_, /*vouches=*/false});
    const auto answer = answers_.find(peer);
    if (late || (answer != answers_.end() && answer->second.announced > found_))
      anti_entropy_.begin(step, peer);
  }
  proceed(step);
  if (has_to_do()) shared_.agenda.add(step.now().steady_ns + tick_ns, {Task::Kind::rejoin, 0});
}

void Rejoin::answer(Step& step, NodeIndex from, const SequenceQuery& query) {
  shared_.memory.meet(from, query.incarnation, shared_.asked());
  if (query.vouches) shared_.memory.told(from, query.sequence, true);
  const PeerMemory::Peer& known = shared_.memory.of(from);
  step.send(from, SequenceReply{.operation = query.operation,
                                .acknowledged = known.acknowledged,
                                .announced = known.announced,
                                .whole = known.whole,
                                .own = shared_.sequence.now,
                                .vouches = knows_});
}

void Rejoin::answered(Step& step, NodeIndex from, const SequenceReply& reply) {
  if (reply.vouches) shared_.memory.told(from, reply.own, true);
  if (!asks() || !shared_.issued(reply.operation)) return;
  answers_[from] = {.acknowledged = reply.acknowledged,
                    .announced = reply.announced,
                    .whole = reply.whole,
                    .empty = reply.own == 0,
                    .at_ns = step.now().steady_ns};
  if (reply.acknowledged > found_) lose(step);
  proceed(step);
}

void Rejoin::merged(Step& step, const EqualPartitions& equal) {
  if (shared_.catching_up == 0) return;
  const Nodes peer = bit(equal.peer);
  for (unsigned partition = 0; partition < partitions; ++partition) {
    if ((equal.partitions & bit(partition)) == 0) continue;
    Merged& merged = merged_[partition];
    merged.ever |= peer;
    if (!waited(equal.begun_ns)) continue;
    merged.late |= peer;
    if ((equal.catching_up & bit(partition)) == 0) merged.voters |= peer;
  }
  proceed(step);
}

bool Rejoin::waited(std::int64_t now_ns) const {
  const bool never = shared_.config().bugs.has(Bug::catchup_without_wait);
  return never || now_ns - started_ns_ >= shared_.config().timeout_ns;
}

Rejoin::Nodes Rejoin::others(int partition) const {
  Nodes nodes = 0;
  for (const NodeIndex home : shared_.ring.now().homes(partition, shared_.config().n))
    if (home != shared_.self()) nodes |= bit(home);
  return nodes;
}

Rejoin::Partitions Rejoin::own() const {
  Partitions held = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    if (shared_.ring.is_home(shared_.self(), partition, shared_.config().n))
      held |= bit(static_cast<unsigned>(partition));
  }
  return held;
}

/// What this node coordinated, and may have counted its own copy for, is back from who got it.
bool Rejoin::doubt_merged(NodeIndex peer, const Answer& answer) const {
  if (answer.announced <= found_) return true;
  for (int partition = 0; partition < partitions; ++partition) {
    const bool both = shared_.ring.is_home(shared_.self(), partition, shared_.config().n) &&
                      (others(partition) & bit(peer)) != 0;
    if (both && (merged_[static_cast<std::size_t>(partition)].ever & bit(peer)) == 0) return false;
  }
  return true;
}

bool Rejoin::nothing_lost() const {
  if (answers_.size() + 1 < shared_.options.names.size()) return false;
  return std::all_of(answers_.begin(), answers_.end(), [this](const auto& it) {
    const auto& [peer, answer] = it;
    const bool new_cluster = found_ == 0 && answer.empty;
    return (answer.whole || new_cluster) && doubt_merged(peer, answer);
  });
}

bool Rejoin::disk_is_trusted() const { return shared_.config().fsync == Fsync::always && found_ > 0; }

bool Rejoin::merged_from_who_answers(std::int64_t now_ns) const {
  Nodes answering = 0;
  for (const auto& [peer, answer] : answers_)
    if (now_ns - answer.at_ns <= recent_ns) answering |= bit(peer);
  const Config& config = shared_.config();
  const int enough = std::min(std::max(1, config.n - config.w), config.n - 1);
  for (int partition = 0; partition < partitions; ++partition) {
    if (!shared_.ring.is_home(shared_.self(), partition, config.n)) continue;
    const Nodes homes = others(partition);
    const Nodes late = merged_[static_cast<std::size_t>(partition)].late & homes;
    if ((answering & homes & ~late) != 0 || std::popcount(late) < enough) return false;
  }
  return true;
}

bool Rejoin::caught_up(int partition) const {
  const Merged& merged = merged_[static_cast<std::size_t>(partition)];
  const Nodes homes = others(partition);
  const Config& config = shared_.config();
  const int enough = config.bugs.has(Bug::catchup_from_one) ? 1 : config.n - config.w + 1;
  return std::popcount(merged.voters & homes) >= enough || (merged.late & homes) == homes;
}

/// Whatever was lost may have been in any partition.
void Rejoin::lose(Step& step) {
  shared_.marks.reach(Mark::state_lost);
  const Config& config = shared_.config();
  if (config.gc == Gc::confirmed && !config.bugs.has(Bug::reap_ignores_old_copies)) {
    shared_.replica.forget_all(step);
    hints_.forget_all(step);
  }
  lost_ = own();
  has_found_loss_ = true;
  know(step);
}

/// Who has not heard from everybody cannot say so.
bool Rejoin::is_new_cluster() const {
  return found_ == 0 && lost_ == 0 && answers_.size() + 1 == shared_.options.names.size();
}

/// From here on this node's sequence is beyond everything that anybody remembers of it, and counts.
void Rejoin::know(Step& step) {
  knows_ = true;
  shared_.keeps_quiet = false;
  for (const auto& [peer, answer] : answers_)
    shared_.sequence.now = std::max({shared_.sequence.now, answer.acknowledged, answer.announced});
  if (lost_ != 0) shared_.sequence.now += far_above;
  if (is_new_cluster()) shared_.memory.all_are_new();
  shared_.sequence.counts = true;
  shared_.catching_up = not_caught_up();
  write_down(step);
  announce(step);
}

void Rejoin::proceed_asking(Step& step) {
  const std::int64_t now = step.now().steady_ns;
  if (nothing_lost()) return know(step);
  if (!waited(now)) return;
  if (!disk_is_trusted()) return lose(step);
  if (merged_from_who_answers(now)) know(step);
}

void Rejoin::proceed(Step& step) {
  if (asks()) return proceed_asking(step);
  if (shared_.catching_up == 0 || !waited(step.now().steady_ns)) return;
  for (int partition = 0; partition < partitions; ++partition)
    if (caught_up(partition)) {
      lost_ &= ~bit(static_cast<unsigned>(partition));
      unseen_ &= ~bit(static_cast<unsigned>(partition));
    }
  if (not_caught_up() == shared_.catching_up) return;
  shared_.catching_up = not_caught_up();
  if (shared_.catching_up == 0) shared_.marks.reach(Mark::caught_up);
  write_down(step);
}

void Rejoin::write_down(Step& step) {
  std::optional<std::string> record;
  if (not_caught_up() != 0) {
    ByteWriter out(record.emplace());
    out.u64(lost_);
    out.u64(unseen_);
  }
  step.persist(std::string(1, record_key), std::move(record));
}

/// So that everybody remembers this node, also if its disk is gone before it has acknowledged anything.
void Rejoin::announce(Step& step) {
  for (NodeIndex peer = 0; peer < shared_.options.names.size(); ++peer)
    if (peer != shared_.self())
      step.send(peer, SequenceQuery{shared_.next_operation(), shared_.incarnation, shared_.sequence.now,
                                    /*vouches=*/true});
}

}  // namespace fracas::store
