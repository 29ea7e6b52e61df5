// The moments of a scripted experiment at which something begins or ends, and the same story with other
// times. Pure.
#pragma once

#include <vector>

#include "harness/experiment.h"

namespace fracas::harness {

/// Begins of operations, begins and ends of faults, since the load began; ascending, each moment once.
std::vector<Nanoseconds> moments(const Experiment&);
/// Each moment becomes the one of the same rank; `moments` is ascending, and nothing of it is below 0. The
/// torment lasts until the last of them.
Experiment with_moments(const Experiment&, const std::vector<Nanoseconds>& moments);

/// From each moment to the next, the first from 0.
std::vector<Nanoseconds> gaps_between(const std::vector<Nanoseconds>& moments);
std::vector<Nanoseconds> moments_after(const std::vector<Nanoseconds>& gaps);

/// The next duration up that reads well: 1, 2 or 5 and zeros.
Nanoseconds rounded_up(Nanoseconds);

}  // namespace fracas::harness
