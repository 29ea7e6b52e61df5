// The deletes of a key in a store that stamps, to explain why nothing was found.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/keys.h"

namespace fracas::checker {

class StampedDeletes {
 public:
  StampedDeletes(const History&, const KeyOperations&);

  /// True if a delete that began before event `end` may be newer than this stamp.
  bool explain(const Stamp&, std::uint32_t end) const;

 private:
  struct Entry {
    std::uint32_t invoked = 0;
    const Stamp* newest = nullptr;  ///< of this and all earlier ones
    bool tied = false;              ///< another actor's has the same microsecond: no order is known
    bool unstamped = false;         ///< this or an earlier one has no stamp

    void note(const Stamp*);
  };
  std::vector<Entry> deletes_;
};

}  // namespace fracas::checker
