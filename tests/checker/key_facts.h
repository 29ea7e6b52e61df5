// What the enumerations behind definitions.h know of a history of one key: which versions there are, what an
// answer shows, the causal past of each version and what an answer covers, as plain sets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "checker/history.h"

namespace fracas::checker::definitions {

using Versions = std::set<const Operation*>;

inline bool is_version(const Operation& o) {
  return (o.f == Function::write || o.f == Function::remove_key) && o.outcome != Outcome::fail;
}

inline bool is_read(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

inline bool may_be_seen(const Operation& o, std::uint32_t end) { return is_version(o) && o.invoked < end; }

/// The writes of the values in a text; false if one of them cannot have been seen.
bool find_writes(const History&, std::string_view json, std::uint32_t end, Versions& found);

/// What an answer shows: a read's values, or a write's siblings and itself.
Versions shown_by(const History&, const Operation& answer);

using Pasts = std::map<const Operation*, Versions>;

void add_with_past(Versions& to, const Operation* v, const Pasts&);

/// `hidden`: deletes whose tombstones each answer merged beside what it shows.
Pasts all_pasts(const History&, const std::map<const Operation*, Versions>& hidden);

bool meets(const Versions&, const Versions&);

/// What an answer with these values covers, deletes that may be hidden in it included.
Versions cover(const History&, const Versions& values, std::uint32_t end, bool tombstones, const Pasts&);

/// The version that an answer showed, or that of the write whose value a read returned; null if there is
/// none.
const Stamp* version_of(const History&, const Operation& answer);

}  // namespace fracas::checker::definitions
