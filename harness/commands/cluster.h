// `fracas cluster`: just starts the nodes, says how to reach them with curl, and stops them on Ctrl-C.
#pragma once

#include "harness/commands/console.h"
#include "harness/commands/run.h"

namespace fracas::harness {

/// The nodes' data lives in a folder like a run's (`out`, or a temporary one that is removed at the end).
Exit cluster_command(const RunOptions&, Console&);

}  // namespace fracas::harness
