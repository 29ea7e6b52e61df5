// An experiment drawn from a seed alone: its cluster, configuration, load and faults. Each has only some
// classes of faults and one corner of the configurations, so that many short runs differ more than one long
// run does.
#pragma once

#include <cstdint>

#include "harness/experiment.h"

namespace fracas::harness {

/// Valid, and its plan can be drawn. Pure: the same seed gives the same experiment in every build. Whatever
/// kinds of fault the world can do, and knobs of the store with a choice of words, take part by themselves.
Experiment draw_swarm(std::uint64_t seed, WorldKind);

}  // namespace fracas::harness
