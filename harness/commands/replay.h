// `fracas replay`: what a stored run did, once more or many times.
#pragma once

#include <filesystem>
#include <optional>

#include "harness/commands/console.h"

namespace fracas::harness {

struct ReplayOptions {
  std::filesystem::path run;
  int times = 1;
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool quiet = false;
};

/// The worst of the verdicts, in the order in which exit codes go.
Exit replay_command(const ReplayOptions&, Console&);

}  // namespace fracas::harness
