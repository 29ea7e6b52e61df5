// Virtual time: what is to happen, ordered by (time, sequence). Nothing else decides the order of a
// simulation.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/sim/happenings.h"
#include "nemesis/fault.h"

namespace fracas::harness {

class Timeline {
 public:
  /// ns since the run began.
  nemesis::Nanoseconds now() const { return now_; }

  /// What is due in the past happens now, after everything else that is due now.
  template <typename What>
  void at(nemesis::Nanoseconds when, What&& what) {
    add(when, happenings_.put(std::forward<What>(what)));
  }
  template <typename What>
  void after(nemesis::Nanoseconds delay, What&& what) {
    at(now_ + delay, std::forward<What>(what));
  }

  /// Lets the next thing happen. False: nothing is left.
  bool step();

 private:
  /// Four of them are a line of the processor's cache: a heap in which each has four children looks at one
  /// line a level.
  struct Entry {
    std::uint64_t when;
    std::uint64_t order;  ///< sequence, then the slot of the thing itself

    bool before(const Entry& other) const {
      return when != other.when ? when < other.when : order < other.order;
    }
  };
  static constexpr std::uint64_t kSlots = Happenings::kMost;
  static constexpr std::size_t kChildren = 4;

  void add(nemesis::Nanoseconds when, Happenings::Slot);
  Entry take_first();

  nemesis::Nanoseconds now_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::vector<Entry> heap_;  ///< none is before its parent
  Happenings happenings_;
};

}  // namespace fracas::harness
