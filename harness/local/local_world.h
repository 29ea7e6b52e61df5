// The world of real processes: nodes on free loopback ports, real sockets, proxies where the plan needs them,
// vDSO clocks.
#pragma once

#include <filesystem>
#include <memory>

#include "harness/error.h"
#include "harness/world.h"
#include "store/config.h"

namespace fracas::harness {

struct LocalWorldOptions {
  store::Config store;
  std::filesystem::path folder;   ///< of the run; nodes live in nodes/NAME below it
  std::filesystem::path program;  ///< fracas-store; empty: beside the running program
  bool proxies = true;  ///< puts a proxy on every directed link (only when the plan has network faults)
  bool clocks = true;   ///< makes the nodes' wall clocks distortable
  bool handle_signals = true;  ///< SIGINT and SIGTERM become on_interrupt
};

Result<std::unique_ptr<World>> make_local_world(const LocalWorldOptions&);

}  // namespace fracas::harness
