// Which version of a key comes directly after which.
//
// Lists say it themselves: the longest that was read shows the order of its elements, and what was appended
// for certain and never read comes after them. Registers tell less: nil comes first; a transaction that reads
// v and writes v' puts v' after v; and from sessions and real time, for models that respect them, what a
// transaction left a key at comes before or is what the next one to touch the key finds. (Elle, VLDB 2020,
// sections 4 and 5; there the orders of sessions and real time are flags that the user sets, here each model
// is judged with the orders that it implies.) The next one is found key by key, in time linear in the
// accesses times the transactions that overlap.
#pragma once

#include <span>
#include <vector>

#include "checker/transactions/isolation.h"
#include "checker/transactions/transactions.h"

namespace fracas::checker::transactions {

/// A version that comes after another, and what that rests on.
struct Next {
  VersionId version = 0;
  Scope scope = Scope::data;
};

/// Orders of keys that the user vouches for: then they belong to the data.
struct Vouched {
  bool sequential_keys = false;    ///< each key by itself respects sessions
  bool linearizable_keys = false;  ///< and real time
};

/// Versions of one key each of which would come before the others.
struct VersionCycle {
  std::vector<VersionId> versions{};  ///< one after the other, the first after the last
  Scope scope = Scope::data;
  bool vouched = false;
};

class VersionOrder {
 public:
  VersionOrder(const Transactions&, Vouched);

  /// Without those that nobody wrote for certain, or that failed.
  std::span<const Next> after(VersionId version) const {
    const Place place = places_[version];
    return std::span(next_).subspan(place.first, place.count);
  }
  std::span<const VersionCycle> cycles() const { return cycles_; }
  std::vector<Next>::size_type size() const { return next_.size(); }

 private:
  friend class ListOrder;
  friend class RegisterOrder;
  struct Place {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<Place> places_;  ///< of each version
  std::vector<Next> next_;
  std::vector<VersionCycle> cycles_;
};

}  // namespace fracas::checker::transactions
