// Whom this node believes to be down, from what it asked its peers and what they answered. A cheap local
// guess, right or wrong, and nobody else's business: it says who is tried first and who is replaced by a
// stand-in, and nothing else. What n, r and w are never depends on it (that is bug n_shrinks_with_alive).
#pragma once

#include <algorithm>
#include <map>

#include "store/actor.h"
#include "store/message.h"

namespace fracas::store {

class Fingerprint;

class FailureDetector {
 public:
  /// So many questions in a row without an answer make a peer believed down. At least 1.
  explicit FailureDetector(int suspect_after) : suspect_after_(suspect_after) {}

  /// A question could not be sent, or was not answered in time.
  void unanswered(NodeIndex peer) {
    int& misses = misses_[peer];
    misses = std::min(misses + 1, suspect_after_);
  }
  /// One answer is enough to be trusted again.
  void answered(NodeIndex peer) {
    if (!misses_.empty()) misses_.erase(peer);
  }
  bool believes_down(NodeIndex peer) const {
    const auto found = misses_.find(peer);
    return found != misses_.end() && found->second >= suspect_after_;
  }
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  int suspect_after_;
  std::map<NodeIndex, int> misses_;  ///< in a row; 1 .. suspect_after_
};

/// Whether a message shows that its sender hears us. Its own questions do not: a cut may be one-way.
inline bool is_answer(const Message& message) {
  return std::holds_alternative<ReadReply>(message) || std::holds_alternative<WriteReply>(message) ||
         std::holds_alternative<StampReply>(message) || std::holds_alternative<HintReply>(message) ||
         std::holds_alternative<ForwardReply>(message) || std::holds_alternative<ExchangeBuckets>(message) ||
         std::holds_alternative<ExchangeStates>(message) || std::holds_alternative<ExchangePushed>(message) ||
         std::holds_alternative<Refusal>(message) || std::holds_alternative<TombstoneReply>(message) ||
         std::holds_alternative<SequenceReply>(message);
}

}  // namespace fracas::store
