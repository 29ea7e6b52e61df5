// Whom a fault is aimed at: the vocabulary of targets, resolved to names of nodes.
#pragma once

#include <string>
#include <vector>

#include "nemesis/planner.h"
#include "nemesis/random.h"

namespace fracas::nemesis {

/// one; minority: as many as can be without being half; majority: the fewest that are more than half; all;
/// primaries; some: a random non-empty subset; or names ("n1,n3"). In the cluster's order; never empty.
FaultResult<std::vector<std::string>> draw_target(const std::string& target, const PlanRequest&, Random&);

}  // namespace fracas::nemesis
