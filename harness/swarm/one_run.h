// One run of many, in a folder of its own, of which something is left only if it failed.
#pragma once

#include <filesystem>
#include <string>

#include "harness/conduct.h"
#include "harness/swarm/swarm_run.h"

namespace fracas::harness {

/// Draws the plan, makes `folder` (absent, or empty) and runs there. Errors: bad input; the environment.
Result<Conducted> run_in(const std::filesystem::path& folder, const Experiment&,
                         const std::string& reproduce);

/// What it came to. The folder of a failed run stays, with its report; that of any other goes.
SwarmRun run_one(const std::filesystem::path& folder, const Experiment&, const std::string& reproduce);

}  // namespace fracas::harness
