// A scope, explored and compared with what is expected of it.
#pragma once

#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/explore/explorer.h"
#include "harness/explore/narration.h"

namespace fracas::harness::explore {

enum class Found : std::uint8_t { holds, violated, unknown };
std::string_view to_string(Found);

struct Finding {
  Expectation expected;
  Found found = Found::unknown;
  Narration counterexample;  ///< if violated
  bool as_expected() const { return found == (expected.violated ? Found::violated : Found::holds); }
};

struct Outcome {
  Exploration exploration;
  std::vector<Finding> findings;

  /// pass: as expected; violated: something is not; unknown: a limit was reached before that was decided.
  Exit exit() const;
};

Result<Outcome> run(const Scope&, const ExploreOptions& = {});

}  // namespace fracas::harness::explore
