// What became of each element of a set, by all reads of it (Jepsen's set-full).
#pragma once

#include <cstdint>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// never_read: no read says whether it stayed.
enum class ElementFate : std::uint8_t { stable, lost, never_read };

struct SetElement {
  TextId value = 0;
  const Operation* add = nullptr;           ///< the first that may have happened
  const Operation* acknowledged = nullptr;  ///< the add that was acknowledged first; null: none was
  const Operation* known =
      nullptr;  ///< whatever ended first of that and the reads that showed it; null: neither
  const Operation* last_shown = nullptr;   ///< the read that began last of those that showed it
  const Operation* last_missed = nullptr;  ///< and of those that did not, and ended after an add had begun

  ElementFate fate() const;
  /// A read that began after it was acknowledged misses it, and no later one shows it.
  bool lost_though_acknowledged() const;
  /// Of a stable element: how long it was still missed after it had become known. Of a lost one: how long it
  /// was still shown.
  std::int64_t latency_ns(const History&) const;
};

/// Of a key that is added to, in order of the elements' first adds.
std::vector<SetElement> set_elements(const KeyCase&);

}  // namespace fracas::checker
