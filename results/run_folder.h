// What a run folder holds, besides its history and dumps, as values (formats: README.md). A run that ended
// early leaves less: only experiment.json and run.json must be there.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fracas::results {

/// "file:line: what is wrong", or "file: place: what is wrong" within a document.
struct ReadError {
  std::string message;
};
template <typename T>
using Read = boost::system::result<T, ReadError>;

/// Times in ns since the run began, here and below.
struct Phase {
  std::string name;
  std::int64_t begin_ns = 0;
  std::optional<std::int64_t> end_ns;  ///< absent: the run ended within it
};

struct RunSettlement {
  bool exchanges_completed = false;
  std::uint64_t hints_pending = 0;
  double seconds = 0;
  std::string reason;
};

/// run.json.
struct RunInfo {
  std::string version, name, world, reproduce, started_utc, conflict;
  std::uint64_t seed = 0;
  std::vector<std::string> nodes;
  std::vector<Phase> phases;  ///< absent while the run goes on
  bool interrupted = false;
  bool ended = false;  ///< the second form was written, at the end
  std::optional<std::string> error;
  std::vector<std::string> notes;
  std::optional<RunSettlement> settlement;
};

/// A fault of faults.jsonl: its begin, and its end if there was one.
struct FaultRecord {
  std::uint64_t id = 0;
  std::string kind;
  std::vector<std::string> target;
  nlohmann::ordered_json parameters;
  std::int64_t begin_ns = 0;
  std::optional<std::int64_t> end_ns;
  nlohmann::ordered_json effect = nlohmann::ordered_json::object();
  bool took_effect = false;
};

/// A node that ended by itself.
struct NodeExit {
  std::string node, status, output;
  std::int64_t time_ns = 0;
};

struct SkewReading {
  std::string node;
  std::int64_t time_ns = 0;
  std::int64_t skew_ns = 0;
};

/// faults.jsonl.
struct FaultLog {
  std::vector<FaultRecord> faults;  ///< in order of begin
  std::vector<NodeExit> exits;
  std::vector<SkewReading> skews;
};

struct WitnessRecord {
  std::string explanation;
  std::vector<std::uint32_t> operations;  ///< indexes of invocations
  std::vector<std::uint32_t> proof;       ///< the few that prove it by themselves; empty: not known
};

/// An entry of verdicts.json.
struct VerdictRecord {
  std::string name, promise, promise_reason, result, reason, expected;
  std::uint64_t count = 0, checked = 0;
  double seconds = 0;
  std::vector<WitnessRecord> witnesses;
};

struct RunFolder {
  nlohmann::ordered_json experiment;
  RunInfo run;
  std::size_t planned_faults = 0;  ///< 0 if there is no plan.json
  FaultLog log;
  std::optional<std::vector<VerdictRecord>> verdicts;  ///< absent: never judged
};

Read<RunFolder> read_run_folder(const std::filesystem::path& folder);
Read<FaultLog> read_fault_log(const std::filesystem::path& faults_jsonl);

/// Reads a file whole; the error names it.
Read<std::string> read_text(const std::filesystem::path& file);
/// Parses one JSON document; the error has file:line. `first_line` is the number of the text's first line.
Read<nlohmann::ordered_json> parse_json(const std::string& text, const std::string& file,
                                        std::size_t first_line = 1);

}  // namespace fracas::results
