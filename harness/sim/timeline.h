// Virtual time: what is to happen, ordered by (time, sequence). Nothing else decides the order of a
// simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nemesis/fault.h"

namespace fracas::harness {

class Timeline {
 public:
  /// ns since the run began.
  nemesis::Nanoseconds now() const { return now_; }

  /// What is due in the past happens now, after everything else that is due now.
  void at(nemesis::Nanoseconds when, std::function<void()> what);
  void after(nemesis::Nanoseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  /// Lets the next thing happen. False: nothing is left.
  bool step();

 private:
  /// In the heap; the thing itself stays in its slot while entries are moved.
  struct Entry {
    nemesis::Nanoseconds when;
    std::uint64_t sequence;
    std::uint32_t slot;
  };
  static bool later(const Entry& a, const Entry& b);

  nemesis::Nanoseconds now_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::vector<Entry> heap_;
  std::vector<std::function<void()>> slots_;
  std::vector<std::uint32_t> free_slots_;
};

}  // namespace fracas::harness
