// `fracas check`: judges run folders and bare histories; changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/commands/console.h"

namespace fracas::harness {

struct CheckOptions {
  std::vector<std::filesystem::path> inputs;
  std::vector<std::string> properties;  ///< empty: all
  std::string format;                   ///< of bare histories, as the rest here; empty: what they look like
  std::string model;                    ///< empty: what the operations of each key show
  std::string algorithm;                ///< of linearizability; empty: the fastest that applies
  std::string initial;                  ///< JSON text; empty: null
  bool json = false;                    ///< one object, or an array of them for several inputs
};

/// The worst exit code of all inputs, in the order 255, 254, 1, 130, 3, 2, 0.
Exit check_command(const CheckOptions&, Console&);

}  // namespace fracas::harness
