// The command line: which commands and options there are, and what is said when they are mistyped.
#pragma once

#include <string>
#include <vector>

#include "harness/commands/console.h"

namespace fracas::harness {

/// `arguments` without the program's name. Usage errors are answered with 254 and what would be right.
Exit run_command_line(const std::vector<std::string>& arguments, Console&);

}  // namespace fracas::harness
