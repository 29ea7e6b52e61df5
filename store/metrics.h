// What a node tells of itself in numbers. Names, units and meanings: README.md, which a test compares.
#pragma once

#include "store/anti_entropy.h"
#include "store/hinted_handoff.h"
#include "store/node.h"
#include "store/rejoin.h"
#include "store/shared.h"

namespace fracas::store {

Metrics metrics_of(const Shared&, const HintedHandoff&, const AntiEntropy&, const Rejoin&,
                   std::size_t open_requests, Instant now);

}  // namespace fracas::store
