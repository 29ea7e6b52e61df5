// Makes a failing script as small as it gets: first what the property's witnesses suggest, then delta
// debugging over faults, nodes, clients, keys, operations and times, again and again until nothing can be
// left out. Pure: whether a candidate still fails is asked of the search.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "harness/shrink/ddmin.h"
#include "harness/shrink/search.h"

namespace fracas::harness {

/// What proves the violation in the run that the script comes from.
struct Suspicion {
  Indices operations;       ///< of the script
  bool at_the_end = false;  ///< the final state or final reads are part of the proof
  std::vector<std::string> keys;
};

struct ReduceOptions {
  std::vector<Suspicion> suspicions;  ///< the most telling first
  /// Nothing is moved closer than this to what comes before it.
  Nanoseconds least_gap = 10'000'000;
  /// What is closer from the start is moved away, where it still fails then: for a world with real clocks.
  bool stretch = false;
  /// Called before each pass, with its name.
  std::function<void(std::string_view pass)> report = [](std::string_view) {};
};

/// True if nothing more can be left out; false if the search was over before that was known.
bool reduce(Search&, const ReduceOptions&);

}  // namespace fracas::harness
