// Last write wins: a key is one cell, and the greatest stamp keeps it. The order is total and the same on
// every node, so that replicas agree whatever the order of arrival (CASSANDRA-1039).
#pragma once

#include <compare>
#include <cstdint>

#include "store/actor.h"
#include "store/dvvset.h"

namespace fracas::store {

class Fingerprint;

/// Ordered by wall time, then actor, then sequence; no two writes share (actor, sequence).
struct Stamp {
  std::int64_t wall_us = 0;
  Actor actor;
  std::uint64_t sequence = 0;
  auto operator<=>(const Stamp&) const = default;
};

struct LwwCell {
  Stamp stamp;
  Value value;

  /// Keeps its own value against the other's: the greater stamp does. A tombstone has an ordinary stamp.
  bool covers(const LwwCell& other, const BugSet& bugs = {}) const;
  bool operator==(const LwwCell&) const = default;
};

/// Issues a node's stamps. They never go backwards, however the wall clock jumps: max(last + 1, now).
class StampClock {
 public:
  explicit StampClock(const Actor& actor) : actor_(actor) {}
  /// A stamp of an earlier incarnation of this node, found on its disk.
  void observe(const Stamp&);
  Stamp next(std::int64_t wall_us);
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  Actor actor_;
  std::int64_t last_us_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace fracas::store
