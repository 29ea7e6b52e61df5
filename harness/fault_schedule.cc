#include "harness/fault_schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace fracas::harness {

FaultSchedule::FaultSchedule(World& world, FaultRecord& record, const nemesis::Plan& plan,
                             std::function<void()> changed)
    : world_(world), record_(record), plan_(plan), changed_(std::move(changed)) {}

void FaultSchedule::start() {
  started_ns_ = world_.now();
  begin_due();
}

void FaultSchedule::end_all() {
  over_ = true;
  while (!active_.empty()) end(active_.begin()->first);
}

std::vector<std::string> FaultSchedule::active() const {
  std::vector<std::string> names;
  for (const auto& [id, active] : active_) {
    names.push_back(fmt::format("{} {}", active.fault->kind, fmt::join(active.fault->nodes, ",")));
  }
  return names;
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
  nemesis::Surroundings around = surroundings();
  active_.emplace(fault.id, Active{&fault, kind->begin(fault, around)});
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
  changed_();
}

nemesis::Surroundings FaultSchedule::surroundings() {
  return {world_.nodes(), world_.network(), world_.clocks(), world_.disks(), world_.now()};
}

}  // namespace fracas::harness
