#include "checker/real_time.h"

#include <algorithm>

namespace fracas::checker {

RealTime::RealTime(const KeyOperations& key) {
  for (const Operation* o : key.operations) {
    if (!writes(*o)) continue;
    if (o->outcome == Outcome::ok) ended_.push_back(o);
    if (o->f == Function::remove_key && o->outcome != Outcome::fail) deletes_.push_back(o);
  }
  std::sort(ended_.begin(), ended_.end(),
            [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
  latest_.reserve(ended_.size());
  for (const Operation* o : ended_) {
    latest_.push_back(latest_.empty() || latest_.back()->invoked < o->invoked ? o : latest_.back());
  }
  longest_.reserve(deletes_.size());
  for (const Operation* o : deletes_) {
    longest_.push_back(longest_.empty() ? o->completed : std::max(longest_.back(), o->completed));
  }
}

const Operation* RealTime::latest_before(std::uint32_t event) const {
  const auto end = std::lower_bound(ended_.begin(), ended_.end(), event,
                                    [](const Operation* o, std::uint32_t e) { return o->completed < e; });
  return end == ended_.begin() ? nullptr : latest_[static_cast<std::size_t>(end - ended_.begin()) - 1];
}

bool RealTime::absence_explained(const Operation* latest, std::uint32_t end) const {
  if (latest == nullptr) return true;
  const auto begun = std::lower_bound(deletes_.begin(), deletes_.end(), end,
                                      [](const Operation* o, std::uint32_t e) { return o->invoked < e; });
  if (begun == deletes_.begin()) return false;
  return longest_[static_cast<std::size_t>(begun - deletes_.begin()) - 1] >= latest->invoked;
}

const Operation* best_writer(std::span<const Operation* const> writers, std::uint32_t end) {
  const Operation* best = nullptr;
  for (const Operation* o : writers) {
    if (o->outcome == Outcome::fail || o->invoked >= end) continue;
    if (best == nullptr || o->completed > best->completed) best = o;
  }
  return best;
}

}  // namespace fracas::checker
