// On one next document the members of a ring agree by majority, whoever proposes what at the same time: one
// instance of Paxos for each document's number (Lamport, Paxos made simple, 2001, section 2.2), with the
// members of the present ring as acceptors and any node as proposer.
//
// An acceptor must not forget. One that has lost state (rejoin.h), or has nothing on its disk when it hears
// of a later document, abstains until it has back what its predecessors' votes have been counted for:
//   - A proposal is over after `proposal_ns`, whoever answers then. An acceptor that has forgotten first
//   waits
//     that long from its start: its predecessors' votes are not counted any more.
//   - Then it asks. Those whose votes were counted with a predecessor's are a majority with it. So half of
//     the members, rounded up, without itself and without those that have forgotten too, cannot miss all of
//     them: the answers have the highest ballot that it may have promised and that came to anything, and what
//     was accepted with its help. They come from members of both rings if there are two: if its predecessors
//     had voted under a later document, one of these would have gone on to that, and would say so instead.
//   - If too many have forgotten, all nodes must answer: what is left on any disk is together then.
// So a majority that loses its disks one after the other loses nothing. If it loses them at once, a decision
// that only they had is made again, and differently perhaps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/rejoin.h"
#include "store/ring_document.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

/// Answers a ChangeRing: what went wrong, or the ring as it is now.
void answer_ring_change(Step&, RequestId, std::optional<ClientError>, const RingDocument&);

class RingAgreement {
 public:
  static constexpr char record_key = 'a';  ///< storage key: what this acceptor has promised and accepted

  RingAgreement(Shared& shared, const Rejoin& rejoin) : shared_(shared), rejoin_(rejoin) {}

  /// False: unreadable.
  bool load(std::string_view record);
  /// Once the disk has been read.
  void start(Step&);

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
  void accepted(Step&, NodeIndex from, const RingAccepted&);
  // Of an acceptor that has forgotten.
  void answer(Step&, NodeIndex from, const RingQuery&);
  void told(Step&, NodeIndex from, const RingState&);

  /// What was agreed on by what this node has just heard.
  std::optional<RingDocument> take_decision() { return std::exchange(decision_, std::nullopt); }

  /// The node has gone on to the next document, or to a later one.
  void ring_changed(Step&);
  /// What was on the disk may be gone.
  void lost_state(Step&);
  bool abstains() const { return abstains_; }

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
  bool knows() const { return !abstains_ && rejoin_.knows(); }
  bool takes_part() const;
  bool is_majority(const std::set<NodeIndex>&) const;
  void begin_round(Step&);
  std::uint64_t ballot_tag() const;
  void hear_of(std::uint64_t ballot) { highest_seen_ = std::max(highest_seen_, ballot); }
  RingPromise promise(Step&, std::uint64_t ballot);
  RingAccepted accept(Step&, std::uint64_t ballot, const std::string& document);
  bool counts_answers(const Instant&, std::uint64_t ballot) const;
  void forget(Step&);
  void ask_from(std::int64_t steady_ns);
  void ask(Step&);
  bool know_enough(const Ring&) const;
  void remember_if_known(Step&);
  void answer_client(Step&, std::optional<ClientError>);
  void write_down(Step&);

  Shared& shared_;
  const Rejoin& rejoin_;
  // As acceptor, of document number().
  std::uint64_t promised_ = 0;
  std::uint64_t accepted_ballot_ = 0;
  std::string accepted_;
  bool blank_ = true;         ///< it has never written down anything
  std::uint32_t loaded_ = 0;  ///< of which document the disk tells
  // As one that has forgotten.
  bool abstains_ = false;
  std::int64_t started_ns_ = 0;
  std::int64_t asks_at_ns_ = 0;
  std::map<NodeIndex, bool> answers_;  ///< whether who answered knows
  // As proposer.
  std::uint64_t highest_seen_ = 0;
  std::optional<Proposal> proposal_;
  std::optional<RingDocument> decision_;
};

}  // namespace fracas::store
