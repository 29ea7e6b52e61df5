// `fracas shrink`: from a run that failed to the few operations and faults that are its causes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/commands/console.h"

namespace fracas::harness {

struct ShrinkOptions {
  std::filesystem::path run;
  std::optional<std::string> property;      ///< absent: the first that was violated and should not have been
  int times = 3;                            ///< runs of each candidate
  std::int64_t budget_ns = 60'000'000'000;  ///< of wall time, for the search
  std::optional<std::filesystem::path> out;
  bool quiet = false;
};

/// 0: a smaller experiment that fails was written. 2: the script of the run did not fail again.
Exit shrink_command(const ShrinkOptions&, Console&);

}  // namespace fracas::harness
