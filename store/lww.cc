#include "store/lww.h"

#include <algorithm>

namespace fracas::store {

void LwwCell::merge(const LwwCell& other) {
  if (!covers(other)) *this = other;
}

void StampClock::observe(const Stamp& stamp) {
  if (stamp.actor.node() == actor_.node()) last_us_ = std::max(last_us_, stamp.wall_us);
}

Stamp StampClock::next(std::int64_t wall_us) {
  last_us_ = std::max(last_us_ + 1, wall_us);
  return {last_us_, actor_, ++sequence_};
}

}  // namespace fracas::store
