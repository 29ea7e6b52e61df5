// Whether this node has something to complain of: replicas that stay different, hints that nobody fetches,
// peers with which it compares nothing any more, gets that meet too many stale replies, a disk that takes no
// writes. It serves all the same. The limits are the knobs alarm_*.
#pragma once

#include <string>
#include <vector>

#include "store/anti_entropy.h"
#include "store/hinted_handoff.h"
#include "store/shared.h"

namespace fracas::store {

/// A limit that was passed: the knob that sets it (or `read_only`, which none does), and what is wrong in a
/// sentence.
struct Complaint {
  std::string alarm;
  std::string message;
};

/// None: all is well.
std::vector<Complaint> health_of(const Shared&, const HintedHandoff&, const AntiEntropy&, Instant now);

/// {"node", "status": "ok" | "degraded", "reasons": [{"alarm", "message"}]}
std::string health_json(const Shared&, const std::vector<Complaint>&);

}  // namespace fracas::store
