// On the way from one ring to the next: whoever becomes home of a partition merges it from the old homes, and
// when all have what they need the change is proposed as finished (the conditions: ring_document.h).
#pragma once

#include <array>
#include <cstdint>
#include <set>

#include "store/anti_entropy.h"
#include "store/ring_agreement.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class RingMove {
 public:
  RingMove(Shared& shared, AntiEntropy& anti_entropy, RingAgreement& agreement)
      : shared_(shared), anti_entropy_(anti_entropy), agreement_(agreement) {}

  /// At the start, and with each new document.
  void begin(Step&);
  void tick(Step&);
  /// An exchange found partitions equal (anti_entropy.h), both sides having the present document.
  void merged(const EqualPartitions&);
  /// Who says so has all that it needs.
  void has_arrived(Step&, NodeIndex node);

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  bool caught_up(int partition) const;
  bool all_have_arrived() const;
  void gossip(Step&);
  void finish_if_due(Step&);

  Shared& shared_;
  AntiEntropy& anti_entropy_;
  RingAgreement& agreement_;
  std::array<std::uint64_t, partitions> merged_{};  ///< bit i: from node i
  std::set<NodeIndex> arrived_;
  std::int64_t complete_since_ns_ = 0;  ///< all have arrived; 0: not yet
  std::int64_t next_tick_ns_ = 0;
  NodeIndex next_to_hear_ = 0;  ///< was the last
};

}  // namespace fracas::store
