// Measures, without judging, how stale the reads of registers were.
//
// A write b supersedes a value when b was acknowledged and began after the write of that value had ended. A
// read is stale when the newest value that it returned was superseded by a write acknowledged before the read
// began. "Absent" is what the latest delete wrote, or what was there before any write.
//
// With siblings this counts too little rather than too much: a read that lacks one of several siblings is not
// counted, and what a delete may have covered (every write that began before the latest delete had ended)
// supersedes nothing, because only the contexts could tell. Keys that see other functions than read, write
// and delete, values written more than once, and final reads (each of one replica alone) are left out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/history.h"

namespace fracas::results {

struct Staleness {
  std::uint64_t stale_reads = 0;
  std::uint64_t reads = 0;  ///< that could be measured
  /// Over the stale reads: how long before the read the newest returned value had been superseded.
  std::optional<std::uint32_t> p99_us;
  /// How many acknowledged writes had superseded the newest returned value, at worst.
  std::uint64_t max_versions = 0;
};

/// `siblings`: unless the store is known to keep one value per key, the cautious count.
Staleness measure_staleness(const checker::History&, bool siblings);

/// A read, and the last write of its key that was acknowledged before it began.
struct ReadAfterWrite {
  double ms = 0;      ///< from that acknowledgement to the begin of the read
  bool seen = false;  ///< the read returned that write, or nothing that it superseded
};

/// Of all reads that can be measured and came after a write: what results/pbs.h predicts.
std::vector<ReadAfterWrite> measure_visibility(const checker::History&, bool siblings);

}  // namespace fracas::results
