#include "store/fallback_copies.h"

#include <utility>

namespace fracas::store {
namespace {

// Over these all copies are given up: that costs the next put of each key one more actor in its clock.
constexpr std::size_t max_copies = 1000;
constexpr std::size_t max_bytes = std::size_t{64} << 20;

}  // namespace

const FallbackCopies::Copy& FallbackCopies::of(const std::string& key) {
  const auto found = copies_.find(key);
  if (found != copies_.end()) return found->second;
  if (copies_.size() >= max_copies || bytes_ >= max_bytes) {
    copies_.clear();
    bytes_ = 0;
  }
  const bool reused = shared_.config().bugs.has(Bug::stand_in_actor_reused);
  return copies_.emplace(key, Copy{reused ? shared_.incarnation : shared_.fresh_actor(), DvvSet{}, 0})
      .first->second;
}

void FallbackCopies::replace(const std::string& key, DvvSet set, std::size_t bytes) {
  Copy& copy = copies_.at(key);
  bytes_ += bytes - copy.bytes;
  copy.bytes = bytes;
  copy.set = std::move(set);
}

void FallbackCopies::give_up(const std::string& key) {
  const auto found = copies_.find(key);
  if (found == copies_.end()) return;
  bytes_ -= found->second.bytes;
  copies_.erase(found);
}

}  // namespace fracas::store
