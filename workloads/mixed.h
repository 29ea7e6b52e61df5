// Registers, sets and lists in one run, on separate ranges of keys ("r...", "s...", "l..."): every property
// has something to judge.
#pragma once

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& mixed_workload();

}  // namespace fracas::workloads
