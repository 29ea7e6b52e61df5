// What real time alone says about one register: which acknowledged write was the latest to begin among those
// that had ended, and whether a delete can explain that nothing was found. Two sorted arrays, so that a
// question takes O(log n).
#pragma once

#include <cstdint>
#include <vector>

#include "checker/keys.h"

namespace fracas::checker {

class RealTime {
 public:
  explicit RealTime(const KeyOperations&);

  /// Of the acknowledged writes and deletes that ended before this event, the one that began last; null if
  /// there is none. A version that ended before that one began is superseded.
  const Operation* latest_before(std::uint32_t event) const;

  /// True if a delete that began before event `end` may have left the key absent although `latest` was
  /// acknowledged (null: there is nothing to explain).
  bool absence_explained(const Operation* latest, std::uint32_t end) const;

  /// Of the deletes that did not fail, the latest end (kNever if one has none); -1 if there are none.
  std::int64_t last_delete_ended() const { return longest_.empty() ? -1 : std::int64_t{longest_.back()}; }

 private:
  std::vector<const Operation*> ended_;    ///< acknowledged, by completion
  std::vector<const Operation*> latest_;   ///< latest_[i]: of ended_[0..i] the one that began last
  std::vector<const Operation*> deletes_;  ///< not failed, by invocation
  std::vector<std::uint32_t> longest_;     ///< longest_[i]: latest end of deletes_[0..i]
};

/// Of the writers of a value that can have been seen by `end`, the one that ended last: the most favourable
/// explanation. Null if all of them failed or began later.
const Operation* best_writer(std::span<const Operation* const> writers, std::uint32_t end);

}  // namespace fracas::checker
