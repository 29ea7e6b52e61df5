// Writes an experiment as people do: only what differs from what a file that says nothing means.
#pragma once

#include <string>

#include "harness/experiment.h"

namespace fracas::harness {

/// load_experiment() reads the same experiment back. Every line of `comments` becomes a comment at the top.
std::string to_toml(const Experiment&, const std::string& comments = {});

}  // namespace fracas::harness
