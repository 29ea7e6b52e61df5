// `fracas run`: resolve, plan, run, judge, report; of one experiment, with --seeds of many (swarm.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/commands/console.h"
#include "harness/experiment.h"

namespace fracas::harness {

/// In place of an experiment's name: the one that is drawn from the seed (swarm/draw.h).
inline constexpr std::string_view kSwarm = "swarm";
inline constexpr std::string_view kSwarmAbout =
    "An experiment of its own for each seed: cluster, configuration, load and faults are drawn.";
/// As if none had been named.
inline constexpr std::string_view kDefault = "default";

/// Both included.
struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

struct RunOptions {
  std::optional<std::filesystem::path> experiment;  ///< absent: the default experiment
  /// --set, --seed, --duration and --world, in order.
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> faults;  ///< classes or kinds that replace the experiment's
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool dry_run = false;
  bool quiet = false;
  // Of many runs.
  std::optional<SeedRange> seeds;
  int jobs = 0;  ///< 0: one for each core; one at a time in the local world
  bool keep_going = false;
};

Exit run_command(const RunOptions&, Console&);

/// The experiment that these options mean, with a seed drawn if it has none.
Result<Experiment> resolve(const RunOptions&);
/// A line that says what is about to be run.
std::string headline(const Experiment&, const nemesis::Plan&);
/// The command line that does the same run again.
std::string reproduce_command(const RunOptions&, const Experiment&);

}  // namespace fracas::harness
