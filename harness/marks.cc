#include "harness/marks.h"

#include <algorithm>
#include <array>

#include "store/marks.h"

namespace fracas::harness {
namespace {

constexpr auto kMarks = std::to_array<MarkInfo>({
    {Mark::fault_on_starting_node, "fault_on_starting_node",
     "a fault began on a node that was still starting"},
    {Mark::fault_on_stopped_node, "fault_on_stopped_node", "a fault began on a node that was down"},
    {Mark::fault_on_paused_node, "fault_on_paused_node", "a fault began on a node that was paused"},
    {Mark::down_with_operations, "down_with_operations",
     "a fault took a node down that had operations of clients in flight"},
    {Mark::kinds_overlap, "kinds_overlap", "faults of two kinds were in force on one node"},
    {Mark::kind_overlaps_itself, "kind_overlaps_itself", "two faults of one kind were in force on one node"},
    {Mark::fault_cut_short, "fault_cut_short", "the end of the torment ended a fault"},
    {Mark::fault_without_effect, "fault_without_effect", "a fault ended and had done nothing"},
    {Mark::node_ended_by_itself, "node_ended_by_itself", "a node ended without being asked to"},
    {Mark::restart_in_heal, "restart_in_heal", "a node came back only when everything was healed"},
    {Mark::operation_failed, "operation_failed", "an operation certainly did not happen"},
    {Mark::operation_lost, "operation_lost", "of an operation nobody knows whether it happened"},
    {Mark::answer_too_late, "answer_too_late", "an answer came when its client had given up"},
    {Mark::hints_after_heal, "hints_after_heal", "hints were still pending when everything was healed"},
    {Mark::settled_late, "settled_late", "settling took longer than three rounds of anti-entropy"},
    {Mark::ring_changed, "ring_changed", "the ring had changed, and all new homes had caught up"},
    {Mark::ring_change_refused, "ring_change_refused",
     "a change of the ring was refused, lost against another or was not made in time"},
    {Mark::ring_moves_after_heal, "ring_moves_after_heal",
     "the ring was still changing when everything was healed"},
});
static_assert(kMarks.size() == static_cast<std::size_t>(Mark::count));

}  // namespace

std::span<const MarkInfo> marks() { return kMarks; }

std::vector<std::string> Marks::names() const {
  std::vector<std::string> result;
  for (const MarkInfo& info : kMarks)
    if (reached_[static_cast<std::size_t>(info.mark)]) result.emplace_back(info.name);
  return result;
}

std::vector<std::string> known_marks(WorldKind world) {
  std::vector<std::string> names;
  for (const MarkInfo& info : kMarks)
    if (info.mark != Mark::answer_too_late || world == WorldKind::sim) names.emplace_back(info.name);
  if (world == WorldKind::sim)
    for (const store::MarkInfo& info : store::marks()) names.emplace_back(info.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fracas::harness
