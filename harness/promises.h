// What a configuration promises under the faults that took effect: one function, a reason for every cell.
// Source: the guarantee matrix of leaderless stores (see promises.cc for the rows and their reasons).
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "harness/experiment.h"

namespace fracas::harness {

struct Promise {
  bool guaranteed = false;
  std::string reason;  ///< one sentence: why it must hold, or how it can break
};

/// `fault_kinds`: those that took effect. Unknown properties are not guaranteed.
Promise promise(std::string_view property, const Experiment&, const std::set<std::string>& fault_kinds);

}  // namespace fracas::harness
