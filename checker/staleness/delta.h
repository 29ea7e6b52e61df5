// By how much time every read has to be moved back for a register to become atomic: the smallest delta for
// which it is delta-atomic.
//
// Two zones a and b contradict each other if low(a) < high(b) and low(b) < high(a). Moving reads back lowers
// `high`, but never below the begin of the write. So such a pair is resolved by the less of what the last
// read of a is after low(b), if a was begun by then, and what the last read of b is after low(a), if b was:
// and the register by the most that any pair needs. (Golab, Li and Shah: Analyzing consistency properties for
// fun and profit, PODC 2011. The guard on the begin of the write is essential.)
#pragma once

#include <cstdint>

#include "checker/staleness/trace.h"

namespace fracas::checker::staleness {

struct Delta {
  std::int64_t at_least_ns = 0;
  std::int64_t at_most_ns = 0;  ///< more only where more steps (pairs of zones) were needed than allowed
};

Delta smallest_delta(const Trace&, std::uint64_t most_steps);

}  // namespace fracas::checker::staleness
