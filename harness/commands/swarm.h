// `fracas run --seeds A..B`: many runs on all cores; what fails is told and kept, of the rest a summary.
#pragma once

#include <optional>
#include <string_view>

#include "harness/commands/console.h"
#include "harness/commands/run.h"

namespace fracas::harness {

/// "1..10000", or "7" for one. Nothing for what is no range of seeds.
std::optional<SeedRange> parse_seeds(std::string_view text);

/// `options.seeds` is there. Without an experiment each seed draws its own.
Exit swarm_command(RunOptions, Console&);

}  // namespace fracas::harness
