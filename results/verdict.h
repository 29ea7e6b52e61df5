// The verdict of a whole run, from what its folder says. Where several apply: error, fail, interrupted,
// vacuous, unknown, pass, in this order (the order of the exit codes).
#pragma once

#include <string>

#include "results/operations.h"
#include "results/run_folder.h"

namespace fracas::results {

struct Overall {
  std::string verdict;  ///< pass, fail, unknown, vacuous, interrupted or error
  std::string reason;   ///< one sentence
};

Overall overall_verdict(const RunFolder&, const Outcomes& operations);

}  // namespace fracas::results
