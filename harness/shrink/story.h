// What happens in a small run, line by line, as a person would tell it. Pure.
#pragma once

#include <string>

#include "checker/history.h"
#include "harness/experiment.h"

namespace fracas::harness {

/// Operations with what came back and faults with their ends, in the order of their times since the load
/// began at `load_began_ns`; then what the final reads saw. The first 60 lines of it.
std::string story_of(const Experiment&, const checker::History&, Nanoseconds load_began_ns);

}  // namespace fracas::harness
