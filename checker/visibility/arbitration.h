// Causal consistency of registers as causal convergence (CCv): is there one order of all writes that agrees
// with what every session had seen, so that every read returns, of the writes of its key in the past of its
// session, the last one in that order?
//
// With unique values only one write can explain a read, so the question takes no search (Bouajjani, Enea,
// Guerraoui & Hamza, On verifying causal consistency, POPL 2017; Biswas & Enea, On the complexity of checking
// transactional consistency, OOPSLA 2019): whatever else of the key a read had in its past comes before what
// it returned. These edges, together with session order and what was read, have to be free of cycles; a read
// of the initial value must have no write of the key in its past.
//
// How it stays linear where nothing is wrong: each write is put at the event by which it had certainly
// happened (SessionHistory::happened). Causes come before effects there, so that every cycle has an edge that
// goes back in time, and lies within the stretches of time that such edges span. Edges are kept only within
// those; without any there is nothing to look for. Clocks: pasts.h, and the edges of the last writes only
// (AWDIT, PLDI 2025).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/visibility/order_graph.h"
#include "checker/visibility/session_history.h"

namespace fracas::checker {

/// A read of the initial value although its session had seen a write.
struct SeenBefore {
  std::uint32_t step = 0;
  WriteId write = 0;
};

/// Each comes before the next, and the last before the first.
struct OrderCycle {
  struct Link {
    WriteId write = 0;
    bool forced = false;     ///< by a read; otherwise the next one's session had written or read it before
    std::uint32_t read = 0;  ///< then: the step of the read
  };
  std::vector<Link> links{};
};

struct Arbitration {
  std::vector<SeenBefore> initial_reads{};  ///< the first kMaxWitnesses
  std::vector<OrderCycle> cycles{};         ///< the first kMaxWitnesses
  std::uint64_t count = 0;                  ///< such reads, and groups of writes that have no order
  std::string undecided{};                  ///< which limit was reached
};

Arbitration arbitrate(const SessionHistory&);

}  // namespace fracas::checker
