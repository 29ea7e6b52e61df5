// How much memory a benchmark needed.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

namespace fracas {

/// Highest resident set of this process so far, in MB.
inline double peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

}  // namespace fracas
