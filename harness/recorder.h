// Records the history of a run as it goes: gives each event its index and time, writes it, and counts. A long
// real run keeps nothing of it in memory but the keys that it touched; a simulated one, over in a moment,
// keeps it for the checkers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "checker/event.h"
#include "checker/history.h"
#include "harness/error.h"
#include "harness/line_file.h"

namespace fracas::harness {

struct OperationCounts {
  std::uint64_t ok = 0, fail = 0, info = 0;
  std::uint64_t total() const { return ok + fail + info; }
};

class Recorder {
 public:
  /// A kept history ends here; a longer one is read back from its file.
  static constexpr std::uint64_t kMostKept = 4'000'000;

  explicit Recorder(const std::filesystem::path& history_jsonl, bool keep = false) : file_(history_jsonl) {
    if (keep) kept_.emplace();
  }

  /// `now_ns` since the run began; never goes back.
  void record(checker::Event&&, std::int64_t now_ns);
  void flush() { file_.flush(); }

  /// What reading the file would give; nothing if it was not kept. Once, at the end.
  std::optional<checker::History> take_history();

  const OperationCounts& counts() const { return counts_; }
  std::uint64_t events() const { return next_index_; }
  /// Keys of all operations so far.
  const std::set<std::string, std::less<>>& keys() const { return keys_; }
  const std::optional<Error>& error() const { return file_.error(); }

 private:
  LineFile file_;
  std::optional<checker::HistoryBuilder> kept_;
  std::uint64_t next_index_ = 0;
  std::int64_t last_ns_ = 0;
  OperationCounts counts_;
  std::set<std::string, std::less<>> keys_;
};

}  // namespace fracas::harness
