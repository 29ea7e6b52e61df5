// Anomalies of transactions in words, in the manner of a short proof: let T1 be this and T2 that; then one
// comes before the other, because ...; however, ...: a contradiction.
#pragma once

#include <string>
#include <vector>

#include "checker/transactions/cycles.h"
#include "checker/transactions/findings.h"

namespace fracas::checker::transactions {

/// `let T1 = [["r","x",1]] (session 3, acknowledged at 4.120 s) and T2 = ...`
std::string let(const Transactions&, const std::vector<TxnId>&);

/// The value that a version is named by.
std::string shown_value(const Transactions&, VersionId);

Story tell_cycle(const Transactions&, const VersionOrder&, const Cycle&);
Story tell_versions(const Transactions&, const VersionCycle&);

/// "That rules out consistent-view and repeatable-read, and what is stronger."
std::string tell_ruled_out(Isolations);

}  // namespace fracas::checker::transactions
