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
/// Reads after an earlier one of their session, by the three ways to say which is newer: the write that may
/// explain the later one ended before every write that may explain the earlier one began; a smaller stamp; a
/// version not covered.
Reads went_back_by_value(const History&);
Reads went_back_by_stamp(const History&);
Reads went_back_by_cover(const History&);
/// Stamps: acknowledged writes with a smaller one than something that their session had written, or read,
/// before.
std::set<std::uint32_t> out_of_order_by_stamp(const History&, bool after_reads);
/// Siblings: how often an answer or a dump shows a version beside one that has it in its past, or twice.
std::uint64_t side_by_side(const History&, const Evidence&);
/// As above, counting only an acknowledged later version, and an earlier one that its session had written, or
/// read, before.
std::uint64_t out_of_order(const History&, const Evidence&, bool after_reads);
/// Sets: how often a read or a dump shows an element without one that the inner read of its acknowledged add
/// had seen; counting only elements that the same session had added, acknowledged, before, if `own`.
std::uint64_t without_what_was_seen(const History&, const Evidence&, bool own);
/// Sets: reads that lack an element which an earlier read of their session had.
Reads elements_gone(const History&);
/// Siblings: how often a dump shows a version that lies in the past of an acknowledged delete.
std::uint64_t resurrected(const History&, const Evidence&);
/// Siblings: acknowledged versions that fewer than evidence.w dumps cover.
std::set<std::uint32_t> too_few_copies(const History&, const Evidence&);
/// Stamps: later writes B with some A that ended before B began and has the larger stamp.
std::set<std::uint32_t> lost_by_stamp(const History&);
/// Siblings: acknowledged versions that no replica's dump covers.
std::set<std::uint32_t> undurable_by_cover(const History&, const Evidence&);

}  // namespace fracas::checker::definitions
