// When tombstones go. A tombstone must stay as long as anything that it covers can come back: a home that
// missed the delete, a hint, a write or a repair that is still under way, an old copy of a disk.
//
// gc = timeout asks nobody: a node drops what it has had for gc_after, and whoever was away for longer brings
// back what was deleted. That is how it is meant.
//
// gc = confirmed: the first home of a key asks, and drops nothing before
//   (a) all n homes have said that the tombstone is all that they have, and
//   (b) all nodes that they keep no hint for the key;
//   (c) no write and (d) no repair of a read is under way that could still bring something older.
// (c) and (d) are a matter of time. Every copy that goes out says until when it may be merged: the end of the
// operation that it belongs to, which is at most `timeout` after that began; a repair inherits the end of its
// read. So the same is asked twice, 2 * timeout apart. Whatever could still find something older began before
// all homes had said yes once, within `timeout` of the first question; when they are asked again it is over,
// and what it left behind (hints) is seen. A hint that was handed over in between says an end as well, so
// that all is too late when, 2 * timeout after the second question, the homes are told. A node that was
// asleep in the meantime, and has operations open that should be over, does not say yes. A home forgets a
// tombstone only if it still is all that it has. Who has not heard of that has a tombstone more, which
// spreads, and goes another time.
//   (e) A node that notices that its disk is an old copy empties it (rejoin.h). So that it does, each
//       question and each yes says how far the disk is with which the tombstone may go; that is remembered.
//   (f) A key whose copy was dropped gets dots of a new actor on this node (Shared::actor_for).
//
// These are points of time on the steady clocks of different nodes: one clock where all run on one machine.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/hinted_handoff.h"
#include "store/shared.h"
#include "store/writes.h"

namespace fracas::store {

class Fingerprint;

class Tombstones {
 public:
  Tombstones(Shared& shared, const HintedHandoff& hints, Writes& writes)
      : shared_(shared), hints_(hints), writes_(writes) {}

  void start(Step&);
  void tick(Step&);
  void answer(Step&, NodeIndex from, const TombstoneQuery&);
  void answered(Step&, NodeIndex from, const TombstoneReply&);
  void drop(Step&, const TombstoneDrop&);

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Age {
    Hash leaf;  ///< of the tombstone
    std::int64_t since_ns = 0;
    void fingerprint(Fingerprint&) const;
  };
  struct Candidate {
    KeyState state;
    std::set<NodeIndex> agreed;
    void fingerprint(Fingerprint&) const;
  };
  /// Tombstones on their way out: asked about once, and once more.
  struct Round {
    OperationId operation = 0;  ///< 0: none is under way
    bool again = false;
    std::int64_t answers_until_ns = 0;
    std::map<std::string, Candidate> candidates;
    void fingerprint(Fingerprint&) const;
  };

  std::vector<std::string> old_ones(const Instant& now);
  void drop_by_age(Step&);
  void ask(Step&);
  void proceed(Step&);
  void finish(Step&);
  bool may_go(const Instant& now, const std::string& key, const KeyState& tombstone);
  bool all_agreed(const Candidate&) const;
  void forget(Step&, const std::string& key);

  Shared& shared_;
  const HintedHandoff& hints_;
  Writes& writes_;
  std::map<std::string, Age> ages_;
  std::string next_;                                ///< key at which to go on
  std::map<std::string, std::int64_t> dropped_ns_;  ///< gc = timeout: lately, and when
  Round round_;
};

}  // namespace fracas::store
