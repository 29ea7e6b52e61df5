// Keys that grow with every update come in rounds: after so many updates a client goes on to keys of their
// own, so that values stay small in runs of any length.
#pragma once

#include <algorithm>
#include <cstdint>

#include "workloads/workload.h"

namespace fracas::workloads {

/// Updates of all clients together per round and key.
inline constexpr std::uint64_t kUpdatesPerKey = 8;

inline std::uint64_t key_count(const Parameters& parameters) {
  return static_cast<std::uint64_t>(std::max(1, parameters.keys));
}

/// A client's own updates in a round.
inline std::uint64_t updates_per_round(const Parameters& parameters) {
  const auto clients = static_cast<std::uint64_t>(std::max(1, parameters.clients));
  return std::max<std::uint64_t>(1, kUpdatesPerKey * key_count(parameters) / clients);
}

}  // namespace fracas::workloads
