// The page of parameters that fracas and a child whose clock is distorted share: fracas writes, the stubs in
// the child (and in what it forks) read at every reading of the wall clock.
//
// Updates are flips between two slots: the writer fills the slot that is not in use and then counts
// `sequence` up; a reader takes slot `sequence % 2` and tries again if `sequence` moved meanwhile. So
// readings never mix two settings, and a writer that is stopped or dies in the middle holds nobody up.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

/// Reading = real + offset + floor((real - base) * drift / 2^32), in nanoseconds since the epoch.
struct SkewSlot {
  std::atomic<std::int64_t> base;    ///< wall clock when the drift began
  std::atomic<std::int64_t> drift;   ///< (rate - 1) * 2^32
  std::atomic<std::int64_t> offset;  ///< nanoseconds
  std::int64_t unused;
};

/// All zero is the undistorted clock, which is what a fresh page says.
struct SkewPage {
  std::atomic<std::uint64_t> sequence;
  std::uint64_t unused[7];
  SkewSlot slots[2];

  /// `now`: the wall clock at the moment of the call. One writer at a time.
  void write(Skew, Nanoseconds now);
};

inline constexpr std::size_t kPageSize = 4096;
/// Rates beyond plus or minus this are taken as this: the stub's arithmetic holds them for 100 days.
inline constexpr double kMaximumRate = 1000.0;

// The stub's code (clock_stub.cc) knows these places.
static_assert(offsetof(SkewPage, sequence) == 0 && offsetof(SkewPage, slots) == 64 && sizeof(SkewSlot) == 32);
static_assert(offsetof(SkewSlot, base) == 0 && offsetof(SkewSlot, drift) == 8);
static_assert(offsetof(SkewSlot, offset) == 16 && sizeof(SkewPage) <= kPageSize);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

}  // namespace fracas::nemesis
