// A schedule as a person reads it: one line a step, then what the clients saw.
#pragma once

#include <string>
#include <vector>

#include "harness/explore/small_world.h"

namespace fracas::harness::explore {

struct Step {
  std::string what;  ///< "n1 -> n2: write 1"
  std::string came;  ///< "n2 sends ack to n1"; empty: nothing
};

struct Narration {
  std::vector<Step> steps;
  std::vector<std::string> operations;  ///< "c1 put 1: steps 1 to 4, ok"
  std::string ending;                   ///< what all replicas hold, for properties that speak of it
};

Narration narrate(SmallWorld&, const std::vector<Action>& schedule, Property shown);

/// "put 1 at n1".
std::string describe(const Operation&);

}  // namespace fracas::harness::explore
