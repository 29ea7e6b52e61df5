#include "harness/sim/timeline.h"

#include <algorithm>
#include <utility>

namespace fracas::harness {

bool Timeline::later(const Entry& a, const Entry& b) {
  return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
}

void Timeline::at(nemesis::Nanoseconds when, std::function<void()> what) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(std::move(what));
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
    slots_[slot] = std::move(what);
  }
  heap_.push_back({std::max(when, now_), next_sequence_++, slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

bool Timeline::step() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Entry next = heap_.back();
  heap_.pop_back();
  now_ = next.when;
  // Out of its slot first: what happens may add to the timeline.
  const std::function<void()> what = std::exchange(slots_[next.slot], nullptr);
  free_slots_.push_back(next.slot);
  what();
  return true;
}

}  // namespace fracas::harness
