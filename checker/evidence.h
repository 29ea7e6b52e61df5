// What is known about a run besides its history: faults, dumps of the replicas at the end, how settling went.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checker/history.h"

namespace fracas::checker {

/// A fault as far as it explains an anomaly. Times in ns since the run began.
struct FaultWindow {
  std::string kind{};                ///< "clock.jump"
  std::vector<std::string> nodes{};  ///< that it was aimed at
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  bool took_effect = false;
  std::string effect{};  ///< JSON text of the measured effect
  std::optional<std::int64_t>
      skew_ns{};  ///< clock faults: the largest skew (by magnitude) read back from the node
};

/// One replica's state of one key at the end.
struct ReplicaState {
  std::string node{};
  std::vector<std::string> values{};  ///< JSON texts; several: siblings; none: absent or deleted
  std::string clock{};  ///< JSON text as in completions; empty: the replica never heard of the key
};

/// A line of replicas.jsonl: one key on all its home replicas.
struct KeyDump {
  std::string key{};
  std::vector<std::string> homes{};
  std::vector<ReplicaState> replicas{};
};

/// How the settle phase ended.
struct Settlement {
  bool exchanges_completed = false;  ///< every pair of homes finished an exchange that began after the heal
  /// The store compares nothing by itself, and no operation and no hint is left that could change a copy: the
  /// replicas stay as they are.
  bool nothing_left = false;
  std::uint64_t hints_pending = 0;
  bool hints_count = false;  ///< towards w: what was acknowledged may be in pending hints and nowhere else
  double seconds = 0;        ///< from the heal until both held, or until the bound was reached
  std::string reason{};      ///< when the bound was reached: what was still open

  /// What the replicas hold, they hold for good.
  bool final() const { return (exchanges_completed || nothing_left) && hints_pending == 0; }
};

/// What a node counted while nobody asked anything of the replicas but reads.
struct NodeWork {
  std::string node{};
  std::uint64_t changes = 0;  ///< of its copies
  std::uint64_t repairs = 0;  ///< copies given to others because they seemed to be behind
};

/// The time after the replicas had settled.
struct IdleTime {
  bool complete = false;  ///< every pair of homes has looked at each other again
  double seconds = 0;
  std::vector<NodeWork> nodes{};
};

struct Evidence {
  std::vector<FaultWindow> faults{};
  std::optional<std::vector<KeyDump>> dumps{};  ///< absent: a bare history
  std::optional<Settlement> settlement{};
  std::optional<IdleTime> idle{};  ///< absent: nobody watched the nodes after they had settled
  std::string conflict{};          ///< "siblings", "lww", or empty when not known
  bool tombstones_go = false;      ///< who shows nothing of a key may have deleted it, and forgotten that
  std::optional<int> w{};          ///< how many acknowledgements a write waits for
  std::optional<std::int64_t>
      wall_start_us{};  ///< wall clock of the harness (unix time, us) when the run began
};

/// Readers of a run folder's files (formats: results/README.md).
InputResult<std::vector<FaultWindow>> read_faults(const std::filesystem::path& faults_jsonl);
InputResult<std::vector<KeyDump>> read_dumps(const std::filesystem::path& replicas_jsonl);

}  // namespace fracas::checker
