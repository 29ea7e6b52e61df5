// What a run folder says about its run, beside history, faults and dumps (formats: results/README.md): the
// part that a judge needs, read strictly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checker/evidence.h"
#include "harness/error.h"
#include "harness/experiment.h"

namespace fracas::harness {

/// run.json.
struct RunFacts {
  std::vector<std::string> nodes;
  std::uint64_t seed = 0;
  std::int64_t wall_start_us = 0;
  std::string reproduce;
  std::string conflict;
  bool ended = false;  ///< the run wrote its second form: phases are there
  bool interrupted = false;
  std::optional<std::string> error;
  std::optional<checker::Settlement> settlement;
  std::optional<checker::IdleTime> idle;
  std::optional<std::int64_t> load_began_ns, torment_began_ns;  ///< since the run began; if it came so far
  std::optional<std::uint64_t> events;  ///< lines of history.jsonl when the run had ended
};

/// A file that holds one JSON object. Errors: as below.
Result<nlohmann::json> read_document(const std::filesystem::path& file);
/// Errors: "file:line:column: ..." for what is not JSON, "file: ..." for what is not a run's; usage.
Result<RunFacts> read_run_facts(const std::filesystem::path& folder);
Result<Experiment> read_experiment_json(const std::filesystem::path& folder);
/// Number of planned faults; 0 without plan.json, which only an unfinished run may lack.
Result<std::size_t> read_planned_faults(const std::filesystem::path& folder);

}  // namespace fracas::harness
