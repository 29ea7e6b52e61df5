// The certificate of a linearizable object: one order of its operations in which each answer is right. Who
// believes no checker replays it (one pass, no search).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// Operation::invoked of each operation that took effect, in an order that extends real time. Answered reads
/// and acknowledged updates are all in it; of unknown outcome only those that somebody needed; none that
/// failed.
struct Linearization {
  std::vector<std::uint32_t> order{};
};

/// Nothing if there is none, or if it was not found within the limits, or if the key is no object of a model.
std::optional<Linearization> linearization(const KeyCase&);

}  // namespace fracas::checker
