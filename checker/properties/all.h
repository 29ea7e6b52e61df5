// The checks of all properties, one file each; property.cc registers them.
#pragma once

#include "checker/property.h"

namespace fracas::checker {

Verdict check_read_your_writes(const History&, const Evidence&);
Verdict check_monotonic_reads(const History&, const Evidence&);
Verdict check_monotonic_writes(const History&, const Evidence&);
Verdict check_writes_follow_reads(const History&, const Evidence&);
Verdict check_regular(const History&, const Evidence&);
Verdict check_lost_updates(const History&, const Evidence&);
Verdict check_lost_writes(const History&, const Evidence&);
Verdict check_durability(const History&, const Evidence&);
Verdict check_no_resurrection(const History&, const Evidence&);
Verdict check_ack_count(const History&, const Evidence&);
Verdict check_antichain(const History&, const Evidence&);
Verdict check_convergence(const History&, const Evidence&);
Verdict check_quiescence(const History&, const Evidence&);
Verdict check_no_phantoms(const History&, const Evidence&);
Verdict check_honest_failures(const History&, const Evidence&);

}  // namespace fracas::checker
