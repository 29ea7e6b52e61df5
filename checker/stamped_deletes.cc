#include "checker/stamped_deletes.h"

#include <algorithm>
#include <iterator>

namespace fracas::checker {

StampedDeletes::StampedDeletes(const History& history, const KeyOperations& key) {
  Entry so_far;
  for (const Operation* o : key.operations) {
    if (o->f != Function::remove_key || o->outcome == Outcome::fail) continue;
    so_far.invoked = o->invoked;
    so_far.note(history.stamp(*o));
    deletes_.push_back(so_far);
  }
}

bool StampedDeletes::explain(const Stamp& written, std::uint32_t end) const {
  const auto begun = std::lower_bound(deletes_.begin(), deletes_.end(), end,
                                      [](const Entry& entry, std::uint32_t e) { return entry.invoked < e; });
  if (begun == deletes_.begin()) return false;
  const Entry& entry = *std::prev(begun);
  if (entry.unstamped) return true;
  return !older(*entry.newest, written) || (entry.tied && entry.newest->us == written.us);
}

void StampedDeletes::Entry::note(const Stamp* stamp) {
  if (stamp == nullptr) {
    unstamped = true;
    return;
  }
  const bool later = newest == nullptr || newest->us < stamp->us;
  tied = !later && (tied || (newest->us == stamp->us && newest->actor != stamp->actor));
  if (later || older(*newest, *stamp)) newest = stamp;
}

}  // namespace fracas::checker
