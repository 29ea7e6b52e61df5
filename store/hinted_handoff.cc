#include "store/hinted_handoff.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/bytes.h"
#include "store/describe.h"

namespace fracas::store {
namespace {

constexpr std::size_t max_in_flight = 64;  ///< deliveries to one target at a time
constexpr std::int64_t tick_ns = 500'000'000;
constexpr std::int64_t delivery_timeout_ns = 2'000'000'000;

std::string record_key(NodeIndex target, std::string_view key) {
  std::string bytes{HintedHandoff::record_prefix, static_cast<char>(target >> 8),
                    static_cast<char>(target & 0xff)};
  return bytes.append(key);
}

}  // namespace

bool HintedHandoff::load(std::string_view record_key, std::string_view record) {
  if (record_key.size() < 3) return false;
  const auto high = static_cast<std::uint8_t>(record_key[1]);
  const auto low = static_cast<std::uint8_t>(record_key[2]);
  const auto target = static_cast<NodeIndex>(high << 8 | low);
  ByteReader reader(record);
  const auto wall_us = static_cast<std::int64_t>(reader.u64());
  const std::size_t bytes = reader.left();
  auto state = decode_state(reader);
  if (target >= shared_.options.names.size() || !state || !reader.complete()) return false;
  if (!shared_.is_our_kind(*state)) return false;
  if (shared_.config().bugs.has(Bug::hint_forgotten_on_restart)) return true;
  if (const auto* cell = std::get_if<LwwCell>(&*state)) shared_.stamps.observe(cell->stamp);
  Hint& hint = targets_[target].hints[std::string(record_key.substr(3))];
  hint.state = *std::move(state);
  hint.bytes = bytes;
  hint.wall_us = wall_us;
  shared_.marks.reach(Mark::hint_found_on_disk);
  ++pending_;
  bytes_ += bytes;
  return true;
}

/// Only across a restart is an age what wall clocks say.
void HintedHandoff::start(Step& step) {
  const Instant& now = step.now();
  for (auto& [node, target] : targets_) {
    target.away_since_ns = now.steady_ns;
    for (auto& [key, hint] : target.hints) {
      hint.stored_ns = now.steady_ns - std::max<std::int64_t>(0, now.wall_us - hint.wall_us) * 1000;
      target.away_since_ns = std::min(target.away_since_ns, hint.stored_ns);
    }
  }
  tick(step);
}

bool HintedHandoff::over_a_limit(const Step& step, NodeIndex target) {
  const Config& config = shared_.config();
  const auto known = targets_.find(target);
  const bool away_too_long = config.hint_window_ns != 0 && known != targets_.end() &&
                             !known->second.hints.empty() &&
                             step.now().steady_ns - known->second.away_since_ns > config.hint_window_ns;
  const bool full = std::cmp_greater_equal(pending_, config.hint_quota) ||
                    std::cmp_greater_equal(bytes_, config.hint_quota_bytes);
  if (away_too_long) {
    ++shared_.counters.hints_over_window;
  } else if (full) {
    ++shared_.counters.hints_over_quota;
  }
  return away_too_long || full;
}

bool HintedHandoff::keep(Step& step, NodeIndex target, const std::string& key, const KeyState& state) {
  if (shared_.read_only()) {
    ++shared_.counters.hints_not_written;
    return false;
  }
  const auto known = targets_.find(target);
  const bool kept_already = known != targets_.end() && known->second.hints.contains(key);
  if (!kept_already && over_a_limit(step, target)) {
    shared_.marks.reach(Mark::hint_refused);
    return shared_.config().bugs.has(Bug::hint_quota_silent);
  }
  Target& to = targets_[target];
  if (to.hints.empty()) to.away_since_ns = step.now().steady_ns;
  const auto [found, added] = to.hints.try_emplace(key);
  Hint& hint = found->second;
  if (!merge(hint.state, state)) return true;
  if (hint.in_flight != 0) land(hint.in_flight);
  if (!added) shared_.marks.reach(Mark::hint_stored_again);
  hint.missed = shared_.incarnations[target];
  if (added) {
    hint.wall_us = step.now().wall_us;
    hint.stored_ns = step.now().steady_ns;
    ++pending_;
  }
  std::string record;
  ByteWriter(record).u64(static_cast<std::uint64_t>(hint.wall_us));
  const std::size_t header = record.size();
  encode(hint.state, record);
  bytes_ += record.size() - header - hint.bytes;
  hint.bytes = record.size() - header;
  ++shared_.counters.hints_stored;
  step.persist(record_key(target, key), std::move(record));
  return true;
}

KeyState HintedHandoff::of(const std::string& key) const {
  KeyState all;
  for (const auto& [node, target] : targets_) {
    if (const auto hint = target.hints.find(key); hint != target.hints.end()) merge(all, hint->second.state);
  }
  return all;
}

/// Who is no home any more has nothing to be handed; the homes that there are now may lack it.
void HintedHandoff::ring_changed(Step& step) {
  std::vector<std::pair<NodeIndex, std::string>> astray;
  for (const auto& [node, target] : targets_)
    for (const auto& [key, hint] : target.hints)
      if (!shared_.ring.is_home(node, partition_of(slot_of(key)), shared_.config().n))
        astray.emplace_back(node, key);
  for (const auto& [node, key] : astray) {
    const auto hint = targets_[node].hints.find(key);
    if (hint->second.in_flight != 0) land(hint->second.in_flight);
    const KeyState state = hint->second.state;
    forget(step, node, hint);
    for (const NodeIndex home : shared_.ring.homes(key, shared_.config().n)) {
      if (home == shared_.self()) {
        shared_.replica.merge(step, key, state);
      } else {
        keep(step, home, key, state);
      }
    }
  }
}

std::int64_t HintedHandoff::oldest_age_ns(Instant now) const {
  std::int64_t oldest = 0;
  for (const auto& [node, target] : targets_) {
    for (const auto& [key, hint] : target.hints) oldest = std::max(oldest, now.steady_ns - hint.stored_ns);
  }
  return oldest;
}

std::vector<std::string> HintedHandoff::listed(Instant now) const {
  std::vector<std::string> lines;
  for (const auto& [node, target] : targets_) {
    for (const auto& [key, hint] : target.hints) {
      lines.push_back(R"({"target":)" + json_quote(shared_.name(node)) + R"(,"key":)" + json_quote(key) +
                      R"(,"age_ms":)" + std::to_string((now.steady_ns - hint.stored_ns) / 1'000'000) + "}");
    }
  }
  return lines;
}

void HintedHandoff::heard_from(Step& step, NodeIndex peer) {
  if (pending_ == 0) return;
  const auto target = targets_.find(peer);
  if (target != targets_.end() && target->second.in_flight == 0) drain(step, peer);
}

void HintedHandoff::acknowledged(Step& step, NodeIndex from, const WriteReply& reply) {
  const auto found = deliveries_.find(reply.operation);
  if (found == deliveries_.end() || found->second.target != from) return;
  const Delivery delivery = *land(reply.operation);
  const auto hint = targets_[from].hints.find(delivery.key);
  shared_.marks.reach(Mark::hint_delivered);
  if (hint->second.missed && *hint->second.missed != reply.incarnation)
    shared_.marks.reach(Mark::hint_delivered_to_restarted);
  forget(step, from, hint);
  shared_.monitor.agrees(from, delivery.key);
  ++shared_.counters.hints_delivered;
  targets_[from].away_since_ns = step.now().steady_ns;
  drain(step, from);
}

HintedHandoff::Entry HintedHandoff::forget(Step& step, NodeIndex target, Entry hint) {
  bytes_ -= hint->second.bytes;
  --pending_;
  step.persist(record_key(target, hint->first), std::nullopt);
  return targets_[target].hints.erase(hint);
}

void HintedHandoff::forget_all(Step& step) {
  deliveries_.clear();
  for (auto& [target, to] : targets_) {
    for (auto at = to.hints.begin(); at != to.hints.end();) at = forget(step, target, at);
    to.in_flight = 0;
  }
}

void HintedHandoff::send_failed(OperationId operation) { land(operation); }

void HintedHandoff::tick(Step& step) {
  std::vector<OperationId> expired;
  for (const auto& [operation, delivery] : deliveries_) {
    if (delivery.expires_ns <= step.now().steady_ns) expired.push_back(operation);
  }
  for (const OperationId operation : expired) land(operation);
  if (shared_.config().bugs.has(Bug::hint_expires) && !shared_.read_only()) expire(step);
  for (const auto& [target, hints] : targets_) drain(step, target);
  shared_.agenda.add(step.now().steady_ns + tick_ns, {Task::Kind::hints, 0});
}

/// What bug hint_expires makes of the window.
void HintedHandoff::expire(Step& step) {
  for (auto& [target, to] : targets_) {
    for (auto at = to.hints.begin(); at != to.hints.end();) {
      const bool old = step.now().steady_ns - at->second.stored_ns > shared_.config().hint_window_ns;
      if (old && at->second.in_flight != 0) land(at->second.in_flight);
      at = old ? forget(step, target, at) : std::next(at);
    }
  }
}

/// Not where it could not be written down that the hint is gone, and not what may be an old copy of a disk.
void HintedHandoff::drain(Step& step, NodeIndex target) {
  if (shared_.read_only() || shared_.keeps_quiet) return;
  Target& to = targets_[target];
  for (auto at = to.hints.begin(); at != to.hints.end() && to.in_flight < max_in_flight;) {
    auto& [key, hint] = *at;
    if (hint.in_flight != 0) {
      ++at;
      continue;
    }
    hint.in_flight = shared_.next_operation();
    ++to.in_flight;
    deliveries_[hint.in_flight] = {target, key, step.now().steady_ns + delivery_timeout_ns};
    step.send(target, WriteRequest{hint.in_flight, key, hint.state, 0,
                                   shared_.until(step.now().steady_ns + shared_.config().timeout_ns)});
    if (shared_.config().bugs.has(Bug::hint_deleted_on_send)) {
      land(hint.in_flight);
      at = forget(step, target, at);
    } else {
      ++at;
    }
  }
}

std::optional<HintedHandoff::Delivery> HintedHandoff::land(OperationId operation) {
  const auto found = deliveries_.find(operation);
  if (found == deliveries_.end()) return std::nullopt;
  Delivery delivery = std::move(found->second);
  deliveries_.erase(found);
  Target& target = targets_[delivery.target];
  --target.in_flight;
  target.hints[delivery.key].in_flight = 0;
  return delivery;
}

}  // namespace fracas::store
