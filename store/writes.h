// Puts and deletes in flight: sent to all homes at once, answered at the w-th acknowledgement, watched until
// the last home has answered or time is up. Then what a home missed becomes a hint. With placement = sloppy a
// stand-in takes the place of a home that is believed down, cannot be reached or is silent for too long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "store/fallback_copies.h"
#include "store/hinted_handoff.h"
#include "store/request.h"
#include "store/shared.h"
#include "store/stand_ins.h"

namespace fracas::store {

class Fingerprint;

/// How a write is reported that some replica may have and that fewer than w have acknowledged.
ErrorKind kind_of_unfinished_write(const BugSet&);

class Writes {
 public:
  Writes(Shared& shared, HintedHandoff& hints) : shared_(shared), hints_(hints), away_(shared) {}

  /// Siblings: the new dot is made on this home's copy, or, on a node that is no home, on a copy of its own
  /// (fallback_copies.h). Last write wins: stamped here, wherever that is, and sent
  /// when the stamp may be seen.
  void begin(Step&, Request);
  /// False: the operation is none of ours.
  bool acknowledged(Step&, NodeIndex from, const WriteReply&);
  bool send_failed(Step&, NodeIndex to, OperationId);
  /// A home's disk takes no writes. (It may have taken this one before: a message can come twice.)
  bool declined(Step&, NodeIndex from, OperationId);
  /// The stamp may be in the past by now.
  void try_commit(Step&, OperationId);
  void stand_in_replied(Step&, NodeIndex from, const HintReply&);
  void stand_in_not_reached(Step&, NodeIndex to, const HintRequest&);
  /// Calls stand-ins for what is silent. False: the operation is none of ours.
  bool lose_patience(Step&, OperationId);
  void time_out(Step&, OperationId);
  /// What is open goes to the homes of the present ring: nobody counts answers that were given under another.
  void ring_changed(Step&);
  /// A home of this key is asked again: dots are made there.
  void not_away(const std::string& key) { away_.give_up(key); }

  std::size_t open() const { return writes_.size(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Write {
    Origin origin;
    Verb verb = Verb::put;
    std::string key;
    KeyState state;  ///< what the homes are to merge
    ReplyToClient on_success;
    Homes homes;
    std::size_t wanted = 1;
    std::int64_t timeout_ns = 0;
    std::int64_t deadline_ns = 0;
    std::map<NodeIndex, Actor> acks;    ///< by home; the incarnation that answered
    std::size_t repeated_acks = 0;      ///< of homes that had answered before
    std::set<NodeIndex> unsent;         ///< homes to which certainly nothing went out
    std::set<NodeIndex> failed;         ///< these, and those that did not answer in time
    std::set<NodeIndex> voteless;       ///< that have it, and do not count: they are catching up
    StandIns stand_ins;                 ///< for homes that are away
    std::int64_t patient_until_ns = 0;  ///< with who is silent; 0: to the end
    bool lost_patience = false;         ///< once; whoever was silent then is not held silent again
    bool away = false;                  ///< its dot was made here, although this is no home
    bool asked_before = false;          ///< under another ring
    bool uncommitted = false;           ///< waits for its stamp to be past; nothing went out
    bool answered = false;

    /// Neither the home nor a stand-in can still be heard in its place.
    bool lost(NodeIndex home) const {
      return failed.contains(home) && !stand_ins.awaited(home) && !stand_ins.has_answered(home);
    }
    bool settled() const;
    std::size_t heard() const { return homes.least_of(acks) + fallbacks(); }
    /// Certainly nobody has it, and nobody will hear of it later. (A dot made away from home is in the copy
    /// that the next put is made on.)
    bool nothing_happened() const {
      return unsent.size() == homes.size() && !stand_ins.may_have_acted() && !away && !asked_before;
    }
    std::size_t fallbacks() const;  ///< stand-ins that have it, of homes that have not said so
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Write>::iterator;

  void ask_again(Step&, OperationId);
  bool prepare_siblings(Step&, const Request&, Write&);
  void prepare_lww(Step&, const Request&, Write&);
  void commit(Step&, Entry);
  void send_to_homes(Step&, OperationId, Write&);
  void call_stand_in(Step&, OperationId, Write&, NodeIndex home);
  std::int64_t copies_until(const Write&) const;
  void be_patient(Step&, OperationId, Write&);
  /// What counts towards w.
  std::size_t votes(const Write&) const;
  /// After each answer or failure: replies if the outcome is known, and closes the books if nobody is
  /// missing.
  void proceed(Step&, Entry);
  void fail(Step&, Write&);
  void finish(Step&, Entry);
  void forget(Entry, const Write&);

  Shared& shared_;
  HintedHandoff& hints_;
  FallbackCopies away_;
  std::map<OperationId, Write> writes_;
};

}  // namespace fracas::store
