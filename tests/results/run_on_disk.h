// Run folders for tests: written as the harness writes them, in a temporary folder that goes with the object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checker/event.h"

namespace fracas::results {

using nlohmann::ordered_json;

inline constexpr std::int64_t kSecond = 1'000'000'000;

class RunOnDisk {
 public:
  RunOnDisk();
  ~RunOnDisk();
  RunOnDisk(const RunOnDisk&) = delete;
  RunOnDisk& operator=(const RunOnDisk&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const;
  void write(const std::string& name, const ordered_json& document) const { write(name, document.dump(1)); }
  std::string read(const std::string& name) const;

  /// Only what is there once a run has begun: experiment.json, plan.json, and run.json in its first form.
  void begin() const;
  /// All that a run of 40 s leaves: a fault of two that took effect, a node that ended by itself, some
  /// operations, and `verdicts`.
  void complete(const std::vector<ordered_json>& verdicts) const;

 private:
  std::filesystem::path path_;
};

/// Writes history.jsonl operation by operation.
class HistoryText {
 public:
  struct Op {
    checker::Function f = checker::Function::write;
    std::string key = "k";
    std::string value = "null";  ///< JSON text
    checker::EventType outcome = checker::EventType::ok;
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
    std::string error = {};
    bool final = false;
  };
  /// One after the other: each operation ends before the next begins.
  HistoryText& add(const Op&);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::uint64_t index_ = 0;
  std::int32_t process_ = 0;
};

/// An entry of verdicts.json that holds, with `changes` laid over it.
ordered_json verdict(const std::string& name, const ordered_json& changes = ordered_json::object());

}  // namespace fracas::results
