// One seeded bug in one world: its experiment with one seed after another until the bug is caught, and the
// correct store in the same configuration with the same seeds, which nothing may accuse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/world_kind.h"
#include "store/bugs.h"

namespace fracas::harness {

struct BugTrialLimits {
  std::uint64_t seeds = 1000;      ///< of the bug
  double wall_s = 60;              ///< no run of the bug begins later
  std::uint64_t correct_runs = 1;  ///< of the correct store, at least
};

struct BugTrial {
  std::string bug;
  WorldKind world = WorldKind::sim;
  std::string impossible;  ///< why this world cannot show it; empty: it can
  bool caught = false;
  std::string property;          ///< that accused it: the one that the table names, if it did
  std::string sentence;          ///< of the run that caught it; what went wrong, if none did
  std::string reproduce;         ///< the command of that run
  std::uint64_t operations = 0;  ///< in all runs, until the violation was there to see
  std::uint64_t runs = 0;
  double world_s = 0;  ///< in the world's time
  double wall_s = 0;   ///< judging included
  std::uint64_t correct_runs = 0;
  std::uint64_t accused = 0;             ///< runs of the correct store
  std::vector<std::string> accusations;  ///< of the first of them: why, and the command

  bool missed() const { return impossible.empty() && !caught; }
};

/// Runs in `folder`, which it makes and removes.
BugTrial try_bug(const store::BugInfo&, WorldKind, const BugTrialLimits&,
                 const std::filesystem::path& folder);

/// One line of JSON, and back.
std::string to_text(const BugTrial&);
BugTrial bug_trial_from(const std::string& text);

}  // namespace fracas::harness
