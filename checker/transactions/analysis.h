// All anomalies in the transactions of a history.
#pragma once

#include "checker/transactions/cycles.h"
#include "checker/transactions/findings.h"

namespace fracas::checker::transactions {

struct AnalysisOptions {
  Vouched vouched{};
  GraphOptions graph{};
  SearchLimits limits{};
};

Findings analyse(const Transactions&, const AnalysisOptions& = {});

/// A history's transactions and what was found in them: for properties to share.
struct Analysis {
  Transactions txns;
  Findings findings;
};
Analysis analyse(const History&, const JudgedAs&);

}  // namespace fracas::checker::transactions
