// From verdicts, promises and expectations to one verdict, one sentence and an exit code. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/history.h"
#include "harness/judge.h"
#include "harness/script_outcome.h"

namespace fracas::harness {

/// Fewer acknowledged writes or reads than this say nothing about a store.
inline constexpr std::uint64_t kEnough = 10;

/// What happened in a run, as far as it decides whether its verdicts mean anything.
struct RunTally {
  std::optional<std::string> error;
  bool interrupted = false;
  bool bare = false;        ///< a history without a run: anything at all is enough
  bool needs_reads = true;  ///< the workload reads during the run
  bool scripted = false;    ///< exactly what its author wanted: one operation may be all of it
  std::uint64_t operations = 0;
  std::uint64_t ok_writes = 0;  ///< read-modify-writes count as both
  std::uint64_t ok_reads = 0;   ///< without the final ones
  std::size_t planned_faults = 0;
  bool faults_wanted = false;  ///< by the experiment, whether or not they began
  std::size_t effective_faults = 0;
  ScriptOutcome script{};
};

void count_operation(RunTally&, const checker::Operation&);

/// Violated before the rest; among them what explains the others first, then by count. Pointers into the
/// list.
std::vector<const Judged*> most_telling_first(const std::vector<Judged>&);

/// Which of two exit codes goes first where both apply (README.md).
Exit worst_of(Exit, Exit);

/// Decides what is met. `expect` (property -> "holds" | "violated") goes before the promise.
Judgement conclude(std::vector<Judged>, const std::map<std::string, std::string>& expect, const RunTally&);

}  // namespace fracas::harness
