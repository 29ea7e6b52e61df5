// What `fracas bugs` says: a row for each bug in each world, and how quickly they were caught. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/swarm/bug_trial.h"

namespace fracas::harness {

/// 1 if a bug was missed or the correct store accused.
Exit exit_of(const std::vector<BugTrial>&);
/// "caught by regular after 361 operations: 1 run, 15 s in the world, 0.1 s; correct store: 5 runs, fine"
std::string line_of(const BugTrial&);
/// A Markdown table that also reads well as it is.
std::string table_of(const std::vector<BugTrial>&);
/// Per world: how many were caught, median and longest time, accusations of the correct store with their
/// reasons.
std::string summary_of(const std::vector<BugTrial>&);
nlohmann::ordered_json json_of(const std::vector<BugTrial>&);

}  // namespace fracas::harness
