// This node and the ring: whom it talks to, which document it follows, and what has to happen when it follows
// another one. Its parts: ring_agreement.h decides, ring_move.h gets there.
#pragma once

#include <string_view>

#include "store/anti_entropy.h"
#include "store/coordinator.h"
#include "store/hinted_handoff.h"
#include "store/rejoin.h"
#include "store/ring_agreement.h"
#include "store/ring_move.h"

namespace fracas::store {

class Fingerprint;

class Membership {
 public:
  static constexpr char record_key = 'r';  ///< storage key: the document, if it is not the first

  Membership(Shared& shared, AntiEntropy& anti_entropy, Rejoin& rejoin, HintedHandoff& hints,
             Coordinator& coordinator)
      : shared_(shared),
        anti_entropy_(anti_entropy),
        rejoin_(rejoin),
        hints_(hints),
        coordinator_(coordinator),
        agreement_(shared, rejoin),
        move_(shared, anti_entropy, agreement_) {}

  // What the disk kept, before start(). False: unreadable.
  bool load_ring(std::string_view record);
  bool load_agreement(std::string_view record) { return agreement_.load(record); }
  void start(Step&);

  /// False: it comes from a node with another ring, and must not be looked at; what there is to say to that
  /// has been said.
  bool admits(Step&, NodeIndex from, const Message&);
  /// An operator's wish.
  void change(Step&, const ChangeRing&);

  /// False: malformed.
  bool receive(Step&, NodeIndex from, const RingNotice&);
  void receive(Step& step, NodeIndex from, const RingPrepare& m) { agreement_.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingPromise& m) { agreement_.promised(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingAccept& m) { agreement_.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingAccepted& m) { agreement_.accepted(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingQuery& m) { agreement_.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingState& m) { agreement_.told(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingProgress&) { move_.has_arrived(step, from); }
  /// An exchange found partitions equal.
  void merged(const EqualPartitions& equal) { move_.merged(equal); }
  void retry(Step& step) { agreement_.retry(step); }
  void tick(Step& step) { move_.tick(step); }
  /// After each event: what was decided by it, and what must not be forgotten of it.
  void settle(Step&);

  /// It takes no part in decisions, for it may have forgotten what it has said.
  bool abstains() const { return agreement_.abstains(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  void tell(Step&, NodeIndex to);
  void follow(Step&, const RingDocument&);

  Shared& shared_;
  AntiEntropy& anti_entropy_;
  Rejoin& rejoin_;
  HintedHandoff& hints_;
  Coordinator& coordinator_;
  RingAgreement agreement_;
  RingMove move_;
};

}  // namespace fracas::store
