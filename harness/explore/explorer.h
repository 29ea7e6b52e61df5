// Explores a small world breadth first: every situation that any schedule leads to, each once. All schedules
// that lead to one situation have the same length, so only two generations are kept whole; of the others
// remains how they were reached, for the schedules of counterexamples, which are the shortest there are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "harness/explore/small_world.h"

namespace fracas::harness::explore {

struct ExploreOptions {
  std::size_t max_situations =
      3'000'000;  ///< about 300 bytes each in the widest generation, 16 in all others
  /// Equal situations are one. Switched off only to show that it changes nothing but the effort.
  bool merge_equal = true;
  /// Told every different story once, also those that go on.
  std::function<void(const Story&)> on_story{};
  bool stop_when_all_violated = true;
};

struct Exploration {
  std::size_t situations = 0;
  std::size_t actions = 0;      ///< between situations
  double schedules = 0;         ///< complete ones; exact up to 2^53
  int depth = 0;                ///< actions of the longest schedule
  std::size_t node_states = 0;  ///< that any node was in
  std::size_t stories = 0;      ///< different ones, as seen from outside
  bool complete = false;        ///< nothing was left out
  /// Of each property that does not hold: a shortest schedule that shows it.
  std::map<Property, std::vector<Action>> violations;
};

Exploration explore(SmallWorld&, const std::vector<Property>&, const ExploreOptions& = {});

}  // namespace fracas::harness::explore
