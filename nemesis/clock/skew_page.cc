#include "nemesis/clock/skew_page.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fracas::nemesis {

void SkewPage::write(Skew skew, Nanoseconds now) {
  assert(!std::isnan(skew.rate));
  const double rate = std::clamp(skew.rate, -kMaximumRate, kMaximumRate);
  constexpr double kOne = 4294967296.0;  // 2^32
  const std::uint64_t next = sequence.load(std::memory_order_relaxed) + 1;
  SkewSlot& slot = slots[next % 2];
  // A reader that still copies this slot's former setting must not see the new one under the old number: the
  // number that it began with is older than the present one, and it will notice.
  std::atomic_thread_fence(std::memory_order_release);
  slot.base.store(now, std::memory_order_relaxed);
  slot.drift.store(std::llround((rate - 1.0) * kOne), std::memory_order_relaxed);
  slot.offset.store(skew.offset, std::memory_order_relaxed);
  sequence.store(next, std::memory_order_release);
}

}  // namespace fracas::nemesis
