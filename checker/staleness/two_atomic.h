// Does each read return one of the two latest writes, in some order that respects real time?
//
// The order is built backwards, from the last write. As long as some read that must come later returned
// another value, that value's write has to be the one before: the choice is forced. Where nothing is forced,
// an epoch ends, and what was chosen until then never needs to be taken back. (Golab, Hurwitz and Li: On the
// k-atomicity-verification problem, ICDCS 2013: limited backtracking.)
#pragma once

#include <cstdint>

#include "checker/staleness/trace.h"

namespace fracas::checker::staleness {

enum class TwoAtomic : std::uint8_t { yes, no, undecided };

/// `undecided`: more steps (operations taken out) than allowed.
TwoAtomic is_two_atomic(const Trace&, std::uint64_t most_steps);

}  // namespace fracas::checker::staleness
