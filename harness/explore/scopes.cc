// All scopes, one list.
#include <algorithm>
#include <iterator>

#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {

const std::vector<Scope>& scopes() {
  static const std::vector<Scope> all = [] {
    std::vector<Scope> made;
    for (const auto group :
         {linearizability_scopes, quorum_scopes, conflict_scopes, failure_scopes, stamp_scopes, bug_scopes}) {
      std::vector<Scope> more = group();
      std::move(more.begin(), more.end(), std::back_inserter(made));
    }
    return made;
  }();
  return all;
}

const Scope* find_scope(std::string_view name) {
  const auto found =
      std::find_if(scopes().begin(), scopes().end(), [&](const Scope& s) { return s.name == name; });
  return found == scopes().end() ? nullptr : &*found;
}

}  // namespace fracas::harness::explore
