// Puts and deletes in flight: sent to all homes at once, answered at the w-th acknowledgement, watched until
// the last home has answered or time is up. Then what a home missed becomes a hint.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "store/hinted_handoff.h"
#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

/// How a write is reported that some replica may have and that fewer than w have acknowledged.
ErrorKind kind_of_unfinished_write(const BugSet&);

class Writes {
 public:
  Writes(Shared& shared, HintedHandoff& hints) : shared_(shared), hints_(hints) {}

  /// Siblings: this node must be a home, for its copy is where the new dot is made. Last write wins: stamped
  /// here, wherever that is, and sent when the stamp may be seen.
  void begin(Step&, Request);
  /// False: the operation is none of ours.
  bool acknowledged(Step&, NodeIndex from, const WriteReply&);
  bool send_failed(Step&, NodeIndex to, OperationId);
  /// The stamp may be in the past by now.
  void try_commit(Step&, OperationId);
  void time_out(Step&, OperationId);

  std::size_t open() const { return writes_.size(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Write {
    Origin origin;
    Verb verb = Verb::put;
    std::string key;
    KeyState state;  ///< what the homes are to merge
    ReplyToClient on_success;
    std::vector<NodeIndex> homes;
    std::size_t wanted = 1;
    std::int64_t deadline_ns = 0;
    std::map<NodeIndex, Actor> acks;  ///< by home; the incarnation that answered
    std::size_t repeated_acks = 0;    ///< of homes that had answered before
    std::set<NodeIndex> unsent;       ///< homes to which certainly nothing went out
    std::set<NodeIndex> failed;       ///< these, and those that did not answer in time
    bool uncommitted = false;         ///< waits for its stamp to be past; nothing went out
    bool answered = false;

    bool settled() const { return acks.size() + failed.size() == homes.size(); }
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Write>::iterator;

  bool prepare_siblings(Step&, Request&, Write&);
  void mark(const Request&, const KeyState& copy, std::size_t siblings);
  void prepare_lww(Step&, const Request&, Write&);
  void commit(Step&, Entry);
  void send_to_homes(Step&, OperationId, Write&);
  /// What counts towards w.
  std::size_t votes(const Write&) const;
  /// After each answer or failure: replies if the outcome is known, and closes the books if nobody is
  /// missing.
  void proceed(Step&, Entry);
  void fail(Step&, Write&);
  void finish(Step&, Entry);

  Shared& shared_;
  HintedHandoff& hints_;
  std::map<OperationId, Write> writes_;
};

}  // namespace fracas::store
