// Cycles of dependencies, each as the slightest contradiction that it is. For every model there is a graph
// that has to have no cycle: of writes over writes (read uncommitted), with reads of writes (read committed),
// with reads that missed a write, no two of which follow each other (snapshot isolation: Cerone, Gotsman,
// PODC 2016), with all of them (serializable); and each of these with the order of sessions and with that of
// real time. A component of such a graph is reported unless it contains one of a graph with fewer edges.
//
// Everything is linear but the length of the witnesses and whether a cycle has a single missed write
// (G-single, which is more than G-nonadjacent): for those there is a budget of steps. Beyond it a witness is
// a short cycle and maybe not the shortest, and G-nonadjacent is said where G-single might have been.
#pragma once

#include <span>
#include <vector>

#include "checker/transactions/dependency_graph.h"

namespace fracas::checker::transactions {

/// A transaction of a cycle, and why it comes before the next one; the last before the first.
struct Hop {
  TxnId txn = 0;
  Reasons reasons = 0;
};

struct Cycle {
  Phenomenon phenomenon = Phenomenon::g0;
  Scope scope = Scope::data;
  std::vector<Hop> hops{};
};

struct SearchLimits {
  std::uint64_t steps = 50'000'000;  ///< edges looked at for witnesses, over all
};

/// In order of model and scope, then of the first transaction.
std::vector<Cycle> find_cycles(const DependencyGraph&, std::span<const Scope> scopes,
                               const SearchLimits& = {});

}  // namespace fracas::checker::transactions
