// The checks of all properties, one file each; property.cc registers them.
#pragma once

#include "checker/property.h"

namespace fracas::checker {

Verdict check_read_your_writes(const Case&);
Verdict check_monotonic_reads(const Case&);
Verdict check_monotonic_writes(const Case&);
Verdict check_writes_follow_reads(const Case&);
Verdict check_pram(const Case&);
Verdict check_causal(const Case&);
Verdict check_regular(const Case&);
Verdict check_linearizable(const Case&);
Verdict check_lost_updates(const Case&);
Verdict check_lost_writes(const Case&);
Verdict check_durability(const Case&);
Verdict check_no_resurrection(const Case&);
Verdict check_ack_count(const Case&);
Verdict check_antichain(const Case&);
Verdict check_convergence(const Case&);
Verdict check_quiescence(const Case&);
Verdict check_set_full(const Case&);
Verdict check_counter_bounds(const Case&);
Verdict check_dequeued_once(const Case&);
Verdict check_total_queue(const Case&);
Verdict check_unique_ids(const Case&);
Verdict check_no_phantoms(const Case&);
Verdict check_honest_failures(const Case&);
Verdict check_honest_versions(const Case&);

}  // namespace fracas::checker
