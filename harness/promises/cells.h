// The cells of the guarantee matrix: one function per property, in the file of its kind. Each gives a reason
// for every combination of facts. A new property: one function here, one row in harness/promises.cc.
#pragma once

#include "harness/promises.h"
#include "harness/promises/facts.h"

namespace fracas::harness {

// reads.cc: what a read may return.
Promise read_your_writes(const Facts&);
Promise regular(const Facts&);
Promise linearizable(const Facts&);
// sessions.cc: what a session may rely on beside its own writes.
Promise monotonic_reads(const Facts&);
Promise monotonic_writes(const Facts&);
Promise writes_follow_reads(const Facts&);
Promise pram(const Facts&);
Promise causal(const Facts&);
// writes.cc: what becomes of acknowledged writes.
Promise lost_updates(const Facts&);
Promise lost_writes(const Facts&);
Promise durability(const Facts&);
// replicas.cc: what replicas come to.
Promise convergence(const Facts&);
Promise no_resurrection(const Facts&);
Promise ack_count(const Facts&);
Promise antichain(const Facts&);
Promise quiescence(const Facts&);
// honesty.cc: what no configuration excuses.
Promise no_phantoms(const Facts&);
Promise honest_failures(const Facts&);
Promise honest_versions(const Facts&);
// transactions.cc: what spans several keys.
Promise transactional(const Facts&);
// other_stores.cc: what is asked of histories from elsewhere.
Promise objects_of_others(const Facts&);

}  // namespace fracas::harness
