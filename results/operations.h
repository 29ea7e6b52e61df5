// Sums up a history: outcomes, errors, latency, and both over time. Memory beside the history: four bytes per
// operation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/history.h"

namespace fracas::results {

/// Operations without a recorded completion count as info: they may have happened.
struct Outcomes {
  std::uint64_t ok = 0, fail = 0, info = 0;
  std::uint64_t total() const { return ok + fail + info; }
};

/// Of `ok` operations, in microseconds from invocation to completion; quantiles are exact (quantile.h).
struct Latency {
  std::uint32_t p50_us = 0, p99_us = 0, max_us = 0;
};

/// One slice of time; operations belong to the slice in which they completed.
struct Bucket {
  Outcomes outcomes;
  std::optional<Latency> latency;  ///< absent: no `ok` operation completed
};

struct OperationSummary {
  Outcomes all;
  std::map<std::string, Outcomes> by_function;
  /// How often each kind of error (the text before its first colon) was met; the most frequent first,
  /// kMaxErrors of them.
  std::vector<std::pair<std::string, std::uint64_t>> errors;
  /// `ok` operations a second from the first invocation to the last completion, final reads left out.
  double per_second = 0;
  std::optional<Latency> latency;
  double bucket_seconds = 0;
  std::vector<Bucket> buckets;  ///< from the begin of the run; at most kMaxBuckets
};

inline constexpr std::size_t kMaxErrors = 20;
inline constexpr std::size_t kMaxBuckets = 240;

/// `end_ns`: the run lasted at least until then (an idle end shows as empty buckets).
OperationSummary sum_up(const checker::History&, std::int64_t end_ns);

}  // namespace fracas::results
