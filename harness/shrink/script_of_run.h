// Turns a stored run into a script: the operations of its history at their times, by their clients and to
// their nodes, under exactly the faults of its plan. Pure.
#pragma once

#include <vector>

#include "checker/history.h"
#include "checker/property.h"
#include "harness/experiment.h"
#include "harness/shrink/reduce.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// When the load and the torment of a run began; ns since the run did.
struct RunTimes {
  Nanoseconds load = 0;
  Nanoseconds torment = 0;
};

/// Faults that are drawn to be these again: nothing in them is open. They begin `later` than in the plan.
std::vector<nemesis::FaultSpec> exact_faults(const nemesis::Plan&, Nanoseconds later = 0);

/// The torment of the script begins with the load. Final reads are not part of it: every run makes its own.
Experiment script_of(const Experiment&, const nemesis::Plan&, const checker::History&, const RunTimes&);

/// What each witness of the verdict points to, in the script of the same run.
std::vector<Suspicion> suspicions_of(const checker::Verdict&, const checker::History&);

}  // namespace fracas::harness
