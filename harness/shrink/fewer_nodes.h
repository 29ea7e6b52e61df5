// The same scripted experiment on a cluster without one of its nodes. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/experiment.h"

namespace fracas::harness {

/// The nodes after it move up (n4 becomes n3); what was asked of it is asked of another, what was done to it
/// is left out. Keys for which it was no home get names that have the same homes as before. Several ways are
/// worth trying: they differ in who is asked instead. Empty if a key needs that many nodes.
std::vector<Experiment> without_node(const Experiment&, int node);

}  // namespace fracas::harness
