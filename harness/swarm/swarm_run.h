// What one run of many came to, small enough to travel from a worker to its parent as a line of text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/error.h"

namespace fracas::harness {

struct SwarmRun {
  std::uint64_t seed = 0;
  Exit exit = Exit::pass;
  std::string verdict;    ///< as in a judgement; "died" for a run that took its process with it
  std::string sentence;   ///< why
  std::string property;   ///< the most telling of those not met; empty if all are
  std::string folder;     ///< what is left of the run; empty: nothing
  std::string reproduce;  ///< the command that does the same run again
  std::uint64_t ok = 0, fail = 0, info = 0;
  std::map<std::string, std::uint64_t> faults;  ///< that took effect, by kind
  double world_s = 0;                           ///< in the world's time
  double wall_s = 0;
  std::vector<std::string> coverage;  ///< marks

  bool failed() const { return exit == Exit::violated || exit == Exit::environment; }
};

/// One line of JSON.
std::string to_text(const SwarmRun&);
/// Of a text that to_text() made.
SwarmRun swarm_run_from(const std::string& text);

}  // namespace fracas::harness
