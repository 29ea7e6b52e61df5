// What a script expects of its operations, beside what happened to them. Pure.
#pragma once

#include <string>
#include <vector>

#include "checker/history.h"
#include "harness/experiment.h"

namespace fracas::harness {

/// "be acknowledged", "see \"v7\""; empty: nothing is expected.
std::string expectation_of(const ScriptedOperation&);

struct ScriptOutcome {
  std::size_t expected = 0;        ///< operations of which something is expected
  std::vector<std::string> other;  ///< a sentence for each that came out otherwise
};

/// The n-th operation of a client is the n-th of its session in the history. One that was never begun came
/// out otherwise, unless the run was `cut_short`.
ScriptOutcome script_outcome(const Experiment&, const checker::History&, bool cut_short);

}  // namespace fracas::harness
