// The properties of histories of transactions.
#pragma once

#include "checker/property.h"

namespace fracas::checker {

Verdict check_read_uncommitted(const Case&);
Verdict check_read_committed(const Case&);
Verdict check_repeatable_read(const Case&);
Verdict check_snapshot_isolation(const Case&);
Verdict check_serializable(const Case&);
Verdict check_session_snapshot_isolation(const Case&);
Verdict check_session_serializable(const Case&);
Verdict check_strong_snapshot_isolation(const Case&);
Verdict check_strict_serializable(const Case&);

}  // namespace fracas::checker
