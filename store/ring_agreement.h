// On one next document the members of a ring agree by majority, whoever proposes what at the same time: one
// instance of Paxos for each document's number (Lamport, Paxos made simple, 2001, section 2.2), with the
// members of the present ring as acceptors and any node as proposer.
//
// An acceptor must not forget. One that has lost state (rejoin.h) takes no part before it has caught up, nor
// in the decision that was open then. So if a majority has lost its disks, one after the other, since the
// ring changed last, it cannot change any more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/ring_document.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

/// Answers a ChangeRing: what went wrong, or the ring as it is now.
void answer_ring_change(Step&, RequestId, std::optional<ClientError>, const RingDocument&);

class RingAgreement {
 public:
  static constexpr char record_key = 'a';  ///< storage key: what this acceptor has promised and accepted

  explicit RingAgreement(Shared& shared) : shared_(shared) {}

  /// False: unreadable.
  bool load(std::string_view record);
  /// Once the disk has been read.
  void start();

  /// A client's change, or (no client) the end of the one that is under way. One proposal at a time: another
  /// one is refused, or let go. A disk that takes no writes proposes nothing.
  void propose(Step&, RingDocument, std::optional<RequestId> client);
  bool proposes() const { return proposal_.has_value(); }
  void retry(Step&);

  // As acceptor.
  void answer(Step&, NodeIndex from, const RingPrepare&);
  void answer(Step&, NodeIndex from, const RingAccept&);
  // As proposer.
  void promised(Step&, NodeIndex from, const RingPromise&);
  void accepted(NodeIndex from, const RingAccepted&);

  /// What was agreed on by what this node has just heard.
  std::optional<RingDocument> take_decision() { return std::exchange(decision_, std::nullopt); }

  /// The node has gone on to the next document, or to a later one.
  void ring_changed(Step&);
  /// What was on the disk may be gone.
  void lost_state(Step&);

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Proposal {
    RingDocument wanted;  ///< what this node proposed
    RingDocument value;   ///< what it must propose, for somebody may have got it through
    std::uint64_t ballot = 0;
    std::uint64_t value_ballot = 0;  ///< under which it was accepted by somebody
    std::set<NodeIndex> promises = {};
    std::set<NodeIndex> acceptances = {};
    bool accepting = false;  ///< a majority has promised
    bool has_asked = false;  ///< somebody may have accepted it, in any round
    std::int64_t retry_at_ns = 0;
    std::int64_t deadline_ns = 0;
    std::optional<RequestId> client = {};
    void fingerprint(Fingerprint&) const;
  };

  std::uint32_t number() const { return shared_.ring.epoch() + 1; }  ///< of what is decided on
  bool takes_part() const;
  bool is_majority(const std::set<NodeIndex>&) const;
  void begin_round(Step&);
  std::uint64_t ballot_tag() const;
  void hear_of(std::uint64_t ballot) { highest_seen_ = std::max(highest_seen_, ballot); }
  RingPromise promise(Step&, std::uint64_t ballot);
  RingAccepted accept(Step&, std::uint64_t ballot, const std::string& document);
  void answer_client(Step&, std::optional<ClientError>);
  void write_down(Step&);

  Shared& shared_;
  // As acceptor, of document number().
  std::uint64_t promised_ = 0;
  std::uint64_t accepted_ballot_ = 0;
  std::string accepted_;
  std::uint32_t abstains_to_ = 0;  ///< from decisions up to that number
  std::uint32_t loaded_ = 0;       ///< of which document the disk tells
  // As proposer.
  std::uint64_t highest_seen_ = 0;
  std::optional<Proposal> proposal_;
  std::optional<RingDocument> decision_;
};

}  // namespace fracas::store
