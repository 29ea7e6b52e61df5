#include "harness/fault_schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace fracas::harness {

FaultSchedule::FaultSchedule(World& world, FaultRecord& record, Marks& marks, const nemesis::Plan& plan,
                             std::function<void()> changed)
    : world_(world), record_(record), marks_(marks), plan_(plan), changed_(std::move(changed)) {}

void FaultSchedule::start() {
  started_ns_ = world_.now();
  begin_due();
}

void FaultSchedule::end_all() {
  over_ = true;
  if (!active_.empty()) marks_.reach(Mark::fault_cut_short);
  while (!active_.empty()) end(active_.begin()->first);
}

std::vector<std::string> FaultSchedule::active() const {
  std::vector<std::string> names;
  for (const auto& [id, active] : active_) {
    names.push_back(fmt::format("{} {}", active.fault->kind, fmt::join(active.fault->nodes, ",")));
  }
  return names;
}

bool FaultSchedule::explains_end_of(const std::string& node) const {
  return std::any_of(active_.begin(), active_.end(), [&](const auto& entry) {
    const nemesis::Fault& fault = *entry.second.fault;
    const nemesis::Kind& kind = *nemesis::find_kind(fault.kind);
    return kind.stops_nodes && nemesis::class_of(fault.kind) == "disk" &&
           std::find(fault.nodes.begin(), fault.nodes.end(), node) != fault.nodes.end();
  });
}

bool FaultSchedule::changes_ring() const {
  return std::any_of(plan_.begin(), plan_.end(), [](const nemesis::Fault& fault) {
    return nemesis::find_kind(fault.kind)->change_ring != nullptr;
  });
}

/// One timer at a time, for the next fault of the plan.
void FaultSchedule::begin_due() {
  if (over_) return;
  while (next_ < plan_.size() && started_ns_ + plan_[next_].start <= world_.now()) begin(plan_[next_++]);
  if (next_ == plan_.size()) return;
  const std::int64_t delay = started_ns_ + plan_[next_].start - world_.now();
  world_.after(std::max<std::int64_t>(0, delay), [this] { begin_due(); });
}

void FaultSchedule::begin(const nemesis::Fault& fault) {
  const nemesis::Kind* kind = nemesis::find_kind(fault.kind);
  assert(kind != nullptr && !active_.contains(fault.id));
  record_.begin(fault, world_.now());
  mark_begin(fault);
  std::vector<std::string> busy;
  for (const std::string& node : fault.nodes)
    if (world_.nodes().operations_in_flight(node) > 0) busy.push_back(node);
  nemesis::Surroundings around = surroundings();
  active_.emplace(fault.id, Active{&fault, kind->begin(fault, around)});
  for (const std::string& node : busy)
    if (world_.nodes().state(node) == nemesis::NodeState::stopped) marks_.reach(Mark::down_with_operations);
  changed_();
  world_.after(fault.duration, [this, id = fault.id] { end(id); });
}

void FaultSchedule::end(std::uint32_t id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  const Active active = std::move(found->second);
  active_.erase(found);
  nemesis::Surroundings around = surroundings();
  const nemesis::Effect effect = active.handle->end(around);
  record_.end(*active.fault, effect, world_.now());
  if (effect.took_effect)
    ++effective_[active.fault->kind];
  else
    marks_.reach(nemesis::find_kind(active.fault->kind)->change_ring == nullptr ? Mark::fault_without_effect
                                                                                : Mark::ring_change_refused);
  changed_();
}

/// In which state the fault meets its nodes, and which others.
void FaultSchedule::mark_begin(const nemesis::Fault& fault) {
  for (const std::string& node : fault.nodes) {
    const nemesis::NodeState state = world_.nodes().state(node);
    if (state == nemesis::NodeState::starting) marks_.reach(Mark::fault_on_starting_node);
    if (state == nemesis::NodeState::stopped) marks_.reach(Mark::fault_on_stopped_node);
    if (state == nemesis::NodeState::paused) marks_.reach(Mark::fault_on_paused_node);
    for (const auto& [id, active] : active_) {
      const nemesis::Fault& other = *active.fault;
      if (std::find(other.nodes.begin(), other.nodes.end(), node) == other.nodes.end()) continue;
      marks_.reach(other.kind == fault.kind ? Mark::kind_overlaps_itself : Mark::kinds_overlap);
    }
  }
}

nemesis::Surroundings FaultSchedule::surroundings() {
  return {world_.nodes(), world_.network(), world_.clocks(), world_.disks(), world_.rings(), world_.now()};
}

}  // namespace fracas::harness
