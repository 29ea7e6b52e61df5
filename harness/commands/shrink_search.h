// How `fracas shrink` looks for what is small and still fails, in either world.
//
// In a simulation candidates are cheap, and one that fails with one seed fails with it for ever. In the local
// world a run takes seconds and no two are alike, so the simulation goes ahead: it looks for candidates that
// fail with most seeds and whose moments are far enough apart for real clocks, and real processes confirm
// what it found. Only where nothing that it finds fails with them, they do the whole search themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/commands/trials.h"
#include "harness/experiment.h"
#include "harness/shrink/reduce.h"
#include "harness/shrink/search.h"

namespace fracas::harness {

struct ShrinkTask {
  Experiment script;  ///< of the whole run
  std::vector<Suspicion> suspicions;
  int times = 3;  ///< runs of each candidate in its own world
  std::function<bool()> out_of_time;
  /// Says how far it is: what is best now, trials so far, what comes next.
  std::function<void(const Experiment& best, std::uint64_t trials, std::string_view next)> report;
};

struct Shrunk {
  Experiment experiment;
  std::uint64_t trials = 0;
  bool minimal = false;      ///< nothing more can be left out
  std::optional<Rate> rate;  ///< where runs differ: how often it fails
};

/// Empty if the script does not fail; the run that shows what is answered is kept in `trials`.
std::optional<Shrunk> shrink(const ShrinkTask&, Trials& trials);

}  // namespace fracas::harness
