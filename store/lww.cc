#include "store/lww.h"

namespace fracas::store {
namespace {

/// Of a clock that does not show less (bugs tie_by_arrival and tombstone_tie_split).
constexpr std::int64_t tick_us = 16'000;

bool same_tick(const Stamp& a, const Stamp& b) { return a.wall_us / tick_us == b.wall_us / tick_us; }

}  // namespace

bool LwwCell::covers(const LwwCell& other, const BugSet& bugs) const {
  if (bugs.has(Bug::tie_by_arrival)) return stamp.wall_us / tick_us >= other.stamp.wall_us / tick_us;
  const bool one_removes = value.has_value() != other.value.has_value();
  if (bugs.has(Bug::tombstone_tie_split) && one_removes && same_tick(stamp, other.stamp))
    return value.has_value();
  return stamp >= other.stamp;
}

}  // namespace fracas::store
