// `fracas run`: resolve, plan, run, judge, report.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/commands/console.h"
#include "harness/experiment.h"

namespace fracas::harness {

struct RunOptions {
  std::optional<std::filesystem::path> experiment;            ///< absent: the default experiment
  std::vector<std::pair<std::string, std::string>> settings;  ///< --set, --seed and --duration, in order
  std::vector<std::string> faults;  ///< classes or kinds that replace the experiment's
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool dry_run = false;
  bool quiet = false;
};

Exit run_command(const RunOptions&, Console&);

/// The experiment that these options mean, with a seed drawn if it has none.
Result<Experiment> resolve(const RunOptions&);
/// The command line that does the same run again.
std::string reproduce_command(const RunOptions&, const Experiment&);

}  // namespace fracas::harness
