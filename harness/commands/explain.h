// `fracas explain`: what a name means, or what an experiment does and what its configuration promises.
#pragma once

#include <string>

#include "harness/commands/console.h"
#include "harness/experiment.h"

namespace fracas::harness {

/// A workload, fault, property, bug, key of an experiment, target or experiment.
Exit explain_command(const std::string& name, Console&);

/// The resolved experiment and every promise under its faults, each with its reason; at most 100 columns.
std::string explanation(const Experiment&);

}  // namespace fracas::harness
