#include "store/hinted_handoff.h"

#include <utility>
#include <vector>

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

bool HintedHandoff::load(std::string_view record_key, KeyState state, std::size_t bytes) {
  if (record_key.size() < 3) return false;
  const auto high = static_cast<std::uint8_t>(record_key[1]);
  const auto low = static_cast<std::uint8_t>(record_key[2]);
  const auto target = static_cast<NodeIndex>(high << 8 | low);
  if (target >= shared_.options.names.size()) return false;
  targets_[target].hints[std::string(record_key.substr(3))] =
      Hint{.state = std::move(state), .bytes = bytes, .in_flight = 0, .missed = {}};
  shared_.marks.reach(Mark::hint_found_on_disk);
  ++pending_;
  bytes_ += bytes;
  return true;
}

void HintedHandoff::add(Step& step, NodeIndex target, const std::string& key, const KeyState& state) {
  const auto known = targets_.find(target);
  const bool kept_already = known != targets_.end() && known->second.hints.contains(key);
  const bool full = pending_ >= max_hints || bytes_ >= max_hint_bytes;
  if (full && !kept_already) {  // what is kept must not fall behind: it would be delivered as the newest
    ++shared_.counters.hints_refused;
    shared_.marks.reach(Mark::hint_refused);
    return;
  }
  const auto [found, added] = targets_[target].hints.try_emplace(key);
  Hint& hint = found->second;
  if (!merge(hint.state, state)) return;
  if (hint.in_flight != 0) land(hint.in_flight);
  if (!added) shared_.marks.reach(Mark::hint_stored_again);
  hint.missed = shared_.incarnations[target];
  std::string record;
  encode(hint.state, record);
  bytes_ += record.size() - hint.bytes;
  hint.bytes = record.size();
  if (added) ++pending_;
  ++shared_.counters.hints_stored;
  step.persist(record_key(target, key), std::move(record));
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
  ++shared_.counters.hints_delivered;
  drain(step, from);
}

HintedHandoff::Entry HintedHandoff::forget(Step& step, NodeIndex target, Entry hint) {
  bytes_ -= hint->second.bytes;
  --pending_;
  step.persist(record_key(target, hint->first), std::nullopt);
  return targets_[target].hints.erase(hint);
}

void HintedHandoff::send_failed(OperationId operation) { land(operation); }

void HintedHandoff::tick(Step& step) {
  std::vector<OperationId> expired;
  for (const auto& [operation, delivery] : deliveries_) {
    if (delivery.expires_ns <= step.now().steady_ns) expired.push_back(operation);
  }
  for (const OperationId operation : expired) land(operation);
  for (const auto& [target, hints] : targets_) drain(step, target);
  shared_.agenda.add(step.now().steady_ns + tick_ns, {Task::Kind::hints, 0});
}

void HintedHandoff::drain(Step& step, NodeIndex target) {
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
    step.send(target, WriteRequest{hint.in_flight, key, hint.state});
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
