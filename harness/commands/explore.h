// `fracas explore`: every interleaving of small worlds, compared with what is expected of them.
#pragma once

#include <string>
#include <vector>

#include "harness/commands/console.h"

namespace fracas::harness {

struct ExploreCommand {
  std::vector<std::string> scopes{};  ///< by name; empty: all that are quick
  bool all = false;                   ///< slow ones too
  bool list = false;                  ///< says what there is, explores nothing
  std::size_t limit = 0;              ///< situations of a scope; 0: the default
  bool json = false;
};

/// pass: all is as expected; violated: something is not; unknown: the limit was reached somewhere.
Exit explore_command(const ExploreCommand&, Console&);

}  // namespace fracas::harness
