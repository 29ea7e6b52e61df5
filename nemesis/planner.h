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
  std::vector<std::string> members{};  ///< of the ring when the run begins; empty: all nodes
  std::size_t least_members = 1;       ///< that the ring must keep
};

/// When faults begin: a spec with `every` = 0 once, at `after`; the others first within `every` of `after`,
/// then with gaps uniform in [0.5, 1.5] of `every`. Each ends within `duration`: the last ones are shortened,
/// or left out if little would remain of them; the first of a spec is left out only when not even 200 ms
/// remain for it.
///
/// Limits: 10,000 faults a plan. A node suffers one fault at a time of those that stop it
/// (Kind::stops_nodes): the later one begins 500 ms after the earlier has ended. Every spec draws from its
/// own stream (seed, index of the spec), so that one more at the end does not change the others. Ids count
/// from 0 in the plan's order.
///
/// Changes of the ring (Kind::change_ring) are apart by 500 ms too, and who joins or leaves follows the whole
/// plan, as if all of them succeeded: one that could not is left out, unless its spec had no other.
FaultResult<Plan> draw_plan(const PlanRequest&);

/// Whether a fault that was read from a file can be begun on these nodes: the kind, names and parameters
/// exist and nothing in it is still open.
FaultResult<void> check_fault(const Fault&, const std::vector<std::string>& nodes);

}  // namespace fracas::nemesis
