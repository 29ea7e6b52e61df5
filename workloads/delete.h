// Writes of unique values and deletes of what was just written, some of it written again: tombstones, and
// what comes back. Some keys are never read until the end.
#pragma once

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& delete_workload();

}  // namespace fracas::workloads
