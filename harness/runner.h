// Runs an experiment in a world: start, steady, torment, heal, settle, final reads, stop; each with a
// deadline of its own. Healing and stopping are driven from here, never by the schedule: an interrupted or
// failing run goes through them too.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/experiment.h"
#include "harness/recorder.h"
#include "harness/world.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// What a live line shows; reported about four times a second.
struct Progress {
  std::string phase;
  double elapsed_s = 0;  ///< of the phase
  double limit_s = 0;
  std::uint64_t ok = 0, fail = 0, info = 0;
  double per_second = 0;  ///< completions over the last second
  std::vector<std::string> nodes_ready, nodes_away;
  std::vector<std::string> active_faults;
};

struct RunOutcome {
  bool interrupted = false;
  std::optional<Error> error;  ///< the environment failed: a node did not start, died by itself for good, a
                               ///< file was not writable
  std::optional<checker::History> history;  ///< of a simulated run: what history.jsonl says
  OperationCounts operations;
  std::map<std::string, std::uint64_t> faults;  ///< that took effect, by kind
  std::int64_t ended_ns = 0;                    ///< in the world's time
  std::vector<std::string> coverage;            ///< marks that were reached (marks.h), sorted
};

/// Writes history.jsonl, faults.jsonl, replicas.jsonl and run.json into `folder` (formats: results/README.md)
/// as it goes. `reproduce` is the command line that run.json and the reports show.
RunOutcome run_experiment(const Experiment&, const nemesis::Plan&, World&,
                          const std::filesystem::path& folder, const std::string& reproduce,
                          const std::function<void(const Progress&)>& progress);

}  // namespace fracas::harness
