// The search for a smaller experiment that still fails: keeps the best one so far, counts trials, tries
// nothing twice, and knows when it is over.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "harness/experiment.h"

namespace fracas::harness {

/// Whether a candidate still fails. The answer is what did: the candidate, perhaps with another seed. Empty:
/// it holds.
using StillFails = std::function<std::optional<Experiment>(const Experiment&)>;

struct SearchLimits {
  std::uint64_t trials = 20'000;
  std::function<bool()> out_of_time = [] { return false; };
};

class Search {
 public:
  /// `failing` is known to fail.
  Search(Experiment failing, StillFails, SearchLimits);

  const Experiment& best() const { return best_; }
  /// True if the candidate still fails; it is the best then. False for what was tried before, and once the
  /// search is over.
  bool attempt(const Experiment& candidate);
  bool over() const;
  std::uint64_t trials() const { return trials_; }

 private:
  Experiment best_;
  StillFails fails_;
  SearchLimits limits_;
  std::uint64_t trials_ = 0;
  std::set<std::string> held_;  ///< candidates that did not fail
};

}  // namespace fracas::harness
