#include "harness/ring_book.h"

#include <algorithm>

namespace fracas::harness {
namespace {

constexpr nemesis::Nanoseconds kBetweenQuestions = 1'000'000'000;

}  // namespace

RingBook::RingBook(ClusterRing first, Ask ask) : ask_(std::move(ask)) {
  seen_.push_back(first.view);
  const std::uint64_t epoch = first.view.epoch;
  rings_.emplace(epoch, std::move(first));
}

std::uint64_t RingBook::ask(const std::string& via, const nemesis::RingChange& change) {
  const std::uint64_t handle = answers_.size();
  answers_.emplace(handle, nemesis::RingAnswer{});
  ask_(via, change, [this, handle](nemesis::RingAnswer answer) { answers_.at(handle) = std::move(answer); });
  return handle;
}

nemesis::RingAnswer RingBook::answer(std::uint64_t handle) const { return answers_.at(handle); }

bool RingBook::heard(const std::string& node, std::uint64_t epoch, nemesis::Nanoseconds now) {
  if (epoch == 0) return false;
  Told& told = told_[node];
  const bool another = told.epoch != epoch;
  told.epoch = epoch;
  if (another) forget_what_nobody_follows();
  // The first ring is what the configuration says.
  if (epoch == seen_.front().epoch) return false;
  if (!another && rings_.contains(epoch) && now - told.asked < kBetweenQuestions) return false;
  told.asked = now;
  return true;
}

void RingBook::saw(const std::string& node, const ClusterRing& ring, nemesis::Nanoseconds now) {
  told_[node].epoch = ring.view.epoch;
  ClusterRing& kept = rings_[ring.view.epoch];
  const bool same = kept.view.members == ring.view.members && kept.view.next == ring.view.next;
  const nemesis::Nanoseconds first = same ? kept.view.seen : now;
  kept = ring;
  kept.view.seen = first;
  forget_what_nobody_follows();
}

void RingBook::forget_what_nobody_follows() {
  std::uint64_t highest = seen_.front().epoch;
  for (const auto& [node, told] : told_) highest = std::max(highest, told.epoch);
  rings_.erase(rings_.upper_bound(highest), rings_.end());
  seen_.clear();
  for (const auto& [epoch, ring] : rings_) seen_.push_back(ring.view);
}

}  // namespace fracas::harness
