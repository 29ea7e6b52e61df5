// The seeded bugs: one table. The logic asks `bugs.has(Bug::first_reply_wins)` at the one place where the bug
// bites.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fracas::store {

enum class Bug : std::uint8_t {
  first_reply_wins,
  context_ignored,
  notfound_fast,
  timeout_as_fail,
  exchange_older_wins,
  count
};

struct BugInfo {
  Bug bug;
  std::string_view name;         ///< as in bugs = [...]
  std::string_view catalogue;    ///< "Q13", field notes' row
  std::string_view sentence;     ///< what goes wrong
  std::string_view modelled_on;  ///< the real incident
  std::string_view caught_by;    ///< the property that it breaks
  std::string_view experiment;   ///< file name below workloads/experiments/ that must catch it
};

std::span<const BugInfo> bugs();
std::optional<Bug> find_bug(std::string_view name);

class BugSet {
 public:
  bool has(Bug bug) const { return bits_[static_cast<std::size_t>(bug)]; }
  void add(Bug bug) { bits_.set(static_cast<std::size_t>(bug)); }
  bool any() const { return bits_.any(); }

 private:
  std::bitset<static_cast<std::size_t>(Bug::count)> bits_;
};

}  // namespace fracas::store
