// The properties written straight from their definitions, by enumeration: slow, obvious, and sharing nothing
// with the checkers but the history. For histories of one key.
#pragma once

#include <cstdint>
#include <set>

#include "checker/evidence.h"
#include "checker/history.h"

namespace fracas::checker::definitions {

/// Reads, by the index of their invocation.
using Reads = std::set<std::uint32_t>;

/// By value: no write W' with W.end < W'.start and W'.end < read.start, for any write or delete that may
/// explain what was read.
Reads irregular_by_value(const History&);
/// By value: as above, where W' is of the reader's session.
Reads own_writes_unseen_by_value(const History&);
/// Siblings, by the definition of cover in checker/causal.h, with sets.
Reads irregular_by_cover(const History&, bool own_session);
/// Siblings: reads that no legal choice of the tombstones hidden in each answer can explain. Exponential in
/// deletes and answers.
Reads irregular_by_enumeration(const History&);
/// Stamps: later writes B with some A that ended before B began and has the larger stamp.
std::set<std::uint32_t> lost_by_stamp(const History&);
/// Siblings: acknowledged versions that no replica's dump covers.
std::set<std::uint32_t> undurable_by_cover(const History&, const Evidence&);

}  // namespace fracas::checker::definitions
