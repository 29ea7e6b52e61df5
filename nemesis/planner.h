// Draws a plan (which fault, on whom, when) from a seed and the [[fault]] entries of an experiment.
#pragma once

#include <string>
#include <vector>

#include "nemesis/fault.h"

namespace fracas::nemesis {

struct PlanRequest {
  std::uint64_t seed = 0;
  Nanoseconds duration = 0;            ///< of the torment phase
  std::vector<std::string> nodes;      ///< names, in order
  std::vector<std::string> primaries;  ///< homes of the hottest key, resolved by the target
  std::vector<FaultSpec> specs;
};

/// Limits: 10,000 faults a plan. A node is not killed or paused by two faults of the same class at a time.
/// Every spec draws from its own stream (seed, index of the spec), so that adding one does not change the
/// others.
FaultResult<Plan> draw_plan(const PlanRequest&);

}  // namespace fracas::nemesis
