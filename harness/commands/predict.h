// `fracas predict`: how often reads of an experiment will miss the last acknowledged write, from n, r, w and
// the delays of its messages, beside how often they did.
#pragma once

#include "harness/commands/console.h"
#include "harness/commands/run.h"

namespace fracas::harness {

/// Runs it in the simulation, where every delay is known; judges nothing.
Exit predict_command(const RunOptions&, Console&);

}  // namespace fracas::harness
