// Contradictions in words: which operations are let be what, what follows from them, and what they deny.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "checker/linearizability/judged.h"

namespace fracas::checker::linearizability {

/// Two things of which each must come before the other: some operation of the first ended before some
/// operation of the second began, and the other way round.
struct BothWays {
  std::string first, second;  ///< "the value 1"
  const Operation* end_of_first = nullptr;
  const Operation* begin_of_second = nullptr;
  const Operation* end_of_second = nullptr;
  const Operation* begin_of_first = nullptr;
};
Judged both_ways(const KeyCase&, const BothWays&, std::initializer_list<const Operation*> beside);

/// An answer that nothing explains.
Judged unexplained(const KeyCase&, const Operation& answer, std::string_view why,
                   std::initializer_list<const Operation*> beside = {});

/// The operation of the key that begins, or ends, with this event; null if there is none.
const Operation* begun_at(const KeyCase&, std::uint32_t event);
const Operation* ended_at(const KeyCase&, std::uint32_t event);

}  // namespace fracas::checker::linearizability
