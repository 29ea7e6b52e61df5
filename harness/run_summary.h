// run.json: what is to be known of a run beside its history. (Format: results/README.md.)
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checker/evidence.h"
#include "harness/error.h"
#include "harness/experiment.h"

namespace fracas::harness {

struct PhaseRecord {
  std::string name;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

struct RunSummary {
  std::string reproduce;
  std::vector<std::string> nodes;
  std::int64_t wall_start_us = 0;  ///< unix time when the run began
  std::vector<PhaseRecord> phases;
  bool interrupted = false;
  std::optional<Error> error;
  std::vector<std::string> notes;
  std::optional<checker::Settlement> settlement;
  std::optional<checker::IdleTime> idle;
  std::vector<std::string> coverage;  ///< marks that were reached (marks.h)
  std::uint64_t events = 0;  ///< lines of history.jsonl, so that a history cut between two lines is noticed
};

Result<void> write_run_summary(const std::filesystem::path& run_json, const Experiment&, const RunSummary&);

}  // namespace fracas::harness
