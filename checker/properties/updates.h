// What lost-updates looks at: where a key's final state was found, and the judges of each kind of key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checker/case.h"
#include "checker/keys.h"
#include "checker/verdict.h"

namespace fracas::checker {

/// A key's state at the end, in each place where it was found: on its home replicas, or in its final reads.
struct FinalUpdates {
  std::vector<std::vector<std::string_view>> places{};  ///< the values (siblings) of each
  std::string where{};                                  ///< "on n1, n2, n3"
  const Operation* read = nullptr;                      ///< the last of the final reads, if they were used
};

/// One key and what is known of it. Judges report to `verdict`.
struct UpdatedKey {
  const KeyCase& key;
  const FinalUpdates& found;
  VerdictBuilder& verdict;
};

inline bool is_acknowledged_update(const Operation* o) { return updates(*o) && o->outcome == Outcome::ok; }

/// Sets and lists: no element lost; of lists, none twice and none before one that was there first.
void judge_elements(const UpdatedKey&);
/// Carts: no entry lost that nobody removed, none back that everybody who knew of it removed.
void judge_cart(const UpdatedKey&);
/// Counters: no increment lost, none counted twice.
void judge_counter(const UpdatedKey&);

}  // namespace fracas::checker
