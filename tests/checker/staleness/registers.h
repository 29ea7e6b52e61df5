// Small random histories of one register, and its staleness as the definitions say, by enumeration.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/history.h"

namespace fracas::checker::staleness {

struct RegisterOptions {
  std::uint64_t seed = 0;
  int operations = 7;
  int processes = 4;
  int deletes = 0;  ///< percent of the writes
  int unsure = 15;  ///< percent of the writes that end in info, and as many in fail
  int stale = 50;   ///< percent of the reads that return anything that was ever written
  int still = 30;   ///< percent of the events that share the time of the one before
};

History random_register(const RegisterOptions&);

namespace definitions {

/// The smallest k for which some order of the operations (of those of unknown outcome: of any of them)
/// respects real time, and every read returns the value of one of the k latest writes.
std::uint64_t smallest_k(const History&);

/// The smallest delta for which such an order exists with k = 1, once every read has been moved back by it.
std::int64_t smallest_delta_ns(const History&);

struct StaleRead {
  std::uint32_t read = 0;  ///< its event
  std::uint64_t versions = 0;
  std::int64_t age_ns = 0;
  bool operator==(const StaleRead&) const = default;
};
/// In order of invocation.
std::vector<StaleRead> stale_reads(const History&);

}  // namespace definitions
}  // namespace fracas::checker::staleness
