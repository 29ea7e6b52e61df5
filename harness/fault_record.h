// faults.jsonl as it goes: faults that begin and end with their measured effect, nodes that end by
// themselves, skews read back from nodes. Every line is on disk (handed to the kernel) before the next step.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "harness/clock_reading.h"
#include "harness/error.h"
#include "harness/line_file.h"
#include "harness/world.h"
#include "nemesis/fault.h"
#include "nemesis/kind.h"

namespace fracas::harness {

class FaultRecord {
 public:
  explicit FaultRecord(const std::filesystem::path& faults_jsonl) : file_(faults_jsonl) {}

  void begin(const nemesis::Fault&, std::int64_t now_ns);
  void end(const nemesis::Fault&, const nemesis::Effect&, std::int64_t now_ns);
  void node_exit(const NodeExit&, std::int64_t now_ns);
  /// Written when it differs from the last one written by more than 1 ms and by more than twice its
  /// uncertainty: what is written is mostly skew and not delay.
  void skew(const std::string& node, const ClockReading&, std::int64_t now_ns);

  const std::optional<Error>& error() const { return file_.error(); }

 private:
  LineFile file_;
  std::map<std::string, std::int64_t> last_skew_ns_;
};

}  // namespace fracas::harness
