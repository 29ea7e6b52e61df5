#include "store/lww.h"

#include <algorithm>

namespace fracas::store {
namespace {

/// Of a clock that does not show less (bug tie_by_arrival).
constexpr std::int64_t tick_us = 16'000;

}  // namespace

bool LwwCell::covers(const LwwCell& other, const BugSet& bugs) const {
  if (bugs.has(Bug::tie_by_arrival)) return stamp.wall_us / tick_us >= other.stamp.wall_us / tick_us;
  return stamp >= other.stamp;
}

void StampClock::observe(const Stamp& stamp) {
  if (stamp.actor.node() == actor_.node()) last_us_ = std::max(last_us_, stamp.wall_us);
}

Stamp StampClock::next(std::int64_t wall_us) {
  last_us_ = std::max(last_us_ + 1, wall_us);
  return {last_us_, actor_, ++sequence_};
}

}  // namespace fracas::store
