#include "store/stand_ins.h"

#include <algorithm>

#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

std::optional<NodeIndex> StandIns::call(NodeIndex home) {
  if (left_.empty() || seats_.contains(home)) return std::nullopt;
  const NodeIndex node = left_.back();
  left_.pop_back();
  seats_[home] = Seat{node, false};
  ++acting_;
  return node;
}

void StandIns::answered(NodeIndex home) {
  if (const auto seat = seats_.find(home); seat != seats_.end()) seat->second.answered = true;
}

void StandIns::refused(NodeIndex home) {
  if (seats_.erase(home) > 0) --acting_;
}

std::optional<NodeIndex> StandIns::home_of(NodeIndex node) const {
  const auto seat =
      std::find_if(seats_.begin(), seats_.end(), [&](const auto& it) { return it.second.node == node; });
  return seat == seats_.end() ? std::nullopt : std::optional(seat->first);
}

std::optional<NodeIndex> StandIns::awaited(NodeIndex home) const {
  const auto seat = seats_.find(home);
  if (seat == seats_.end() || seat->second.answered) return std::nullopt;
  return seat->second.node;
}

bool StandIns::has_answered(NodeIndex home) const {
  const auto seat = seats_.find(home);
  return seat != seats_.end() && seat->second.answered;
}

std::vector<NodeIndex> candidates_for(const Shared& shared, const std::vector<NodeIndex>& walk) {
  const auto homes = static_cast<std::ptrdiff_t>(shared.config().n);
  const bool of_all = shared.config().bugs.has(Bug::hint_holder_is_origin);
  std::vector<NodeIndex> candidates(walk.begin() + (of_all ? 0 : homes), walk.end());
  std::stable_partition(candidates.begin(), candidates.end(),
                        [&](NodeIndex node) { return !shared.detector.believes_down(node); });
  return candidates;
}

StandIns stand_ins_for(const Shared& shared, const Request& request) {
  const auto up = std::count_if(request.homes.begin(), request.homes.end(),
                                [&](NodeIndex home) { return !shared.detector.believes_down(home); });
  const bool checked_early = shared.config().bugs.has(Bug::primaries_checked_early) && up >= request.wanted;
  if (shared.config().placement == Placement::strict && !checked_early) return {};
  return StandIns(candidates_for(shared, shared.ring.walk(request.key)));
}

}  // namespace fracas::store
