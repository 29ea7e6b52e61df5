// How stale the reads of a history's registers were: measured, not judged.
//
// Of each read: whether it was stale (another write had been acknowledged before the read began, and had
// begun after the returned value's write had ended), by how many versions, since when. Of each key: the
// smallest k for which it is k-atomic (in one order that respects real time every read returns one of the k
// latest writes) and the smallest delta for which it is delta-atomic (every read moved back by delta). Both
// are local: a history's are the largest of its keys'.
//
// k is exact for 1 and 2; above it lies between two bounds, which mostly are equal: what single reads prove,
// and what one order achieves. Keys that several values side by side belong to have neither: a read of two
// values has no one place in an order. With siblings the counts are too small rather than too large: a read
// that lacks one of several siblings is not counted, and what a delete may have covered supersedes nothing,
// because only the contexts could tell.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "checker/case.h"

namespace fracas::checker::staleness {

/// The smallest k and delta lie in here.
struct Atomicity {
  std::uint64_t k_at_least = 1;
  std::uint64_t k_at_most = 1;
  std::int64_t delta_at_least_ns = 0;
  std::int64_t delta_at_most_ns = 0;
  bool k_exact() const { return k_at_least == k_at_most; }
  bool delta_exact() const { return delta_at_least_ns == delta_at_most_ns; }
};

/// Reads that began at least so many ms, and less than the next group's, after the acknowledgement of the
/// last write of their key. (The last to begin, of those acknowledged by then.)
struct VisibilityGroup {
  double from_ms = 0;
  std::uint64_t reads = 0;
  std::uint64_t seen = 0;  ///< returned that write, or nothing that it superseded
};
inline constexpr std::array<double, 14> kVisibilityBounds_ms = {0,  0.1, 0.2, 0.5, 1,   2,   5,
                                                                10, 20,  50,  100, 200, 500, 1000};

/// Reads that were so many versions behind, or fewer, but more than the group before.
struct VersionsGroup {
  std::uint64_t at_most = 0;
  std::uint64_t reads = 0;
};

struct KeyAtomicity {
  TextId key = 0;
  Atomicity of;
};

struct Measurement {
  std::uint64_t reads = 0;  ///< that could be measured
  std::uint64_t stale_reads = 0;
  /// Of the stale reads: how long before the read the returned value had first been superseded.
  std::vector<std::uint32_t> ages_us;
  std::uint64_t max_versions = 0;           ///< that had superseded a returned value
  std::vector<VersionsGroup> versions;      ///< 0, 1, 2, 4, 8 and so on
  std::vector<VisibilityGroup> visibility;  ///< one a bound
  std::uint64_t keys = 0;                   ///< with an atomicity
  std::uint64_t keys_left_out = 0;  ///< with reads, but siblings, or a read of what several operations wrote
  Atomicity all;
  std::vector<KeyAtomicity> not_atomic;  ///< in the order in which the history first names them
};

Measurement measure(const Case&);

/// A read, and the last write of its key that was acknowledged before it began.
struct ReadAfterWrite {
  double ms = 0;      ///< from that acknowledgement to the begin of the read
  bool seen = false;  ///< the read returned that write, or nothing that it superseded
};
std::vector<ReadAfterWrite> reads_after_writes(const Case&);

/// Of a whole key; nothing if it has no atomicity.
class Tracer;
std::optional<Atomicity> atomicity(Tracer&, const KeyCase&);

}  // namespace fracas::checker::staleness
