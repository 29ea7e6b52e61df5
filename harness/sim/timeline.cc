#include "harness/sim/timeline.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace fracas::harness {

void Timeline::add(nemesis::Nanoseconds when, Happenings::Slot slot) {
  assert(next_sequence_ < std::numeric_limits<std::uint64_t>::max() / kSlots);
  const Entry added{static_cast<std::uint64_t>(std::max(when, now_)), next_sequence_++ * kSlots + slot};
  std::size_t place = heap_.size();
  heap_.push_back(added);
  while (place > 0) {
    const std::size_t parent = (place - 1) / kChildren;
    if (!added.before(heap_[parent])) break;
    heap_[place] = heap_[parent];
    place = parent;
  }
  heap_[place] = added;
}

Timeline::Entry Timeline::take_first() {
  const Entry first = heap_.front();
  const Entry last = heap_.back();
  heap_.pop_back();
  std::size_t place = 0;
  for (std::size_t child = 1; child < heap_.size(); child = place * kChildren + 1) {
    const std::size_t end = std::min(child + kChildren, heap_.size());
    std::size_t least = child;
    for (std::size_t other = child + 1; other < end; ++other)
      if (heap_[other].before(heap_[least])) least = other;
    if (!heap_[least].before(last)) break;
    heap_[place] = heap_[least];
    place = least;
  }
  if (!heap_.empty()) heap_[place] = last;
  return first;
}

bool Timeline::step() {
  if (heap_.empty()) return false;
  const Entry next = take_first();
  now_ = static_cast<nemesis::Nanoseconds>(next.when);
  happenings_.happen(static_cast<Happenings::Slot>(next.order % kSlots));
  return true;
}

}  // namespace fracas::harness
