// The properties of whole runs (several keys, dumps, what cannot be decided) written straight from their
// definitions, by enumeration; they share nothing with the checkers but the history.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/evidence.h"
#include "checker/history.h"
#include "checker/property.h"

namespace fracas::checker::definitions {

/// What a definition says of a run.
struct Finding {
  std::vector<std::uint32_t> accused{};  ///< an operation of each violation, key by key in the order in which
                                         ///< the history names them; kNever: one that is in a dump only
  bool checked = false;                  ///< there was something to judge
  bool undecided = false;                ///< and something that could not be
  Result result() const;
};

/// Acknowledged adds that are missing from the final state under every choice of the adds that took effect.
Finding lost_updates(const History&, const Evidence&);
/// Keys of which two home replicas differ in their values, or in the clocks beside them, after settling.
Finding convergence(const History&, const Evidence&);
/// Values seen, written by no operation that began before they were seen.
Finding no_phantoms(const History&, const Evidence&);
/// Values seen that can only have come from operations that failed. The accused is who saw it.
Finding honest_failures(const History&, const Evidence&);
/// Last write wins, and histories that show no clocks: acknowledged writes that no choice of the versions
/// behind the homes' states has superseded.
Finding durability_lww(const History&, const Evidence&);
/// By stamps, or by a final value whose every possible write had ended before an acknowledged one began.
Finding lost_writes(const History&, const Evidence&);
/// Last write wins: reads that no possible version explains in stamp order; by value where none is
/// shown, and by the elements of a set in histories that show no stamp at all.
Finding own_writes_unseen_by_stamp(const History&, const Evidence&);

}  // namespace fracas::checker::definitions
