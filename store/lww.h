// Last write wins: a key is one cell, and the greatest stamp keeps it. The order is total and the same on
// every node, so that replicas agree whatever the order of arrival (CASSANDRA-1039).
#pragma once

#include <compare>
#include <cstdint>

#include "store/actor.h"
#include "store/dvvset.h"

namespace fracas::store {

/// Ordered by time, then actor, then sequence; no two writes share (actor, sequence). The time is one of
/// somebody's wall clock, in microseconds since 1970, or with stamp = query a number that counts up.
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

}  // namespace fracas::store
