// Each violation reduced to the few operations that prove it: judged alone, by the same property, they are
// found guilty of the same, and none of them can be left out. (Zeller, Hildebrandt: Simplifying and isolating
// failure-inducing input, 2002; begun from the witness, not from the whole history, which may be large.)
#pragma once

#include <cstdint>

#include "checker/property.h"

namespace fracas::checker {

/// What the search may cost, in operations judged: about a second for all witnesses of a property.
struct ProofLimits {
  std::uint64_t judged = 2'000'000;
  std::size_t operations = 2'000;  ///< that are judged at once
};

/// Fills Witness::proof of each witness. Left empty where no part that can be judged alone was found within
/// the limits.
void minimise(Verdict&, const PropertyInfo&, const Case&, const ProofLimits& = {});

}  // namespace fracas::checker
