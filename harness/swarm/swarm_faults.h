// The [[fault]] entries of a swarm run: some of the classes, some of their kinds, each with its own dose.
// Kinds that take acknowledged state come in a third of the runs only, so that in the others much is promised
// and can be broken.
#pragma once

#include <vector>

#include "harness/experiment.h"
#include "harness/swarm/dice.h"

namespace fracas::harness {

/// For an experiment that is drawn but for its faults.
std::vector<nemesis::FaultSpec> draw_swarm_faults(Dice&, const Experiment&);

}  // namespace fracas::harness
