#include "harness/ring_book.h"

#include <algorithm>

namespace fracas::harness {

std::uint64_t RingBook::ask(const std::string& via, const nemesis::RingChange& change) {
  const std::uint64_t handle = answers_.size();
  answers_.emplace(handle, nemesis::RingAnswer{});
  ask_(via, change, [this, handle](nemesis::RingAnswer answer) { answers_.at(handle) = std::move(answer); });
  return handle;
}

nemesis::RingAnswer RingBook::answer(std::uint64_t handle) const { return answers_.at(handle); }

/// 0: of a system whose ring does not change.
bool RingBook::knows(std::uint64_t epoch) const {
  return epoch == 0 || std::any_of(seen_.begin(), seen_.end(),
                                   [epoch](const nemesis::RingView& ring) { return ring.epoch == epoch; });
}

void RingBook::saw(ClusterRing ring, nemesis::Nanoseconds now) {
  if (knows(ring.view.epoch)) return;
  ring.view.seen = now;
  const auto place = std::find_if(seen_.begin(), seen_.end(), [&](const nemesis::RingView& other) {
    return other.epoch > ring.view.epoch;
  });
  seen_.insert(place, ring.view);
  if (ring.view.epoch > latest_.view.epoch) latest_ = std::move(ring);
}

}  // namespace fracas::harness
