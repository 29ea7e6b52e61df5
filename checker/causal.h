// The causal truth of one register with siblings, as its history shows it, and what an answer covers.
//
// A version is a write or delete that did not fail. It supersedes (its past) what the last completed answer
// of its session had shown when it was invoked with a context: the values, that answer's own version, and
// their pasts; without context nothing. A read of the values V covers V and its past, and every delete, with
// its past, that had been invoked before the read returned, unless a value of V lies in the past of that
// delete: then the delete was certainly not in the state that was read. This is the least that a correct
// store must have merged and the most that it can have; deletes whose identity an answer does not show are
// given the benefit of the doubt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// An answer that is asked what it covers: a read, or a replica's dump.
struct View {
  std::uint32_t began = kNever;  ///< what was demanded before this event had to be covered
  std::uint32_t ended = kNever;  ///< deletes invoked before this event may be hidden in the answer
  std::int32_t session = -1;     ///< whose demands it had to meet, beside those of everyone
  std::uint32_t group = 0;       ///< ascending; a version is missing if no view of the group covers it
  bool tombstones = true;        ///< false: the answer certainly holds no hidden delete
  std::span<const std::uint32_t> shown{};  ///< positions of versions; lives elsewhere
};

/// Answers that begin after this event have to cover a version: those to one session, or to everyone (-1).
struct Demand {
  std::uint32_t version = 0;  ///< position
  std::int32_t session = -1;
  std::uint32_t event = 0;
};
using Demands = std::vector<Demand>;

/// Two versions shown in one answer although the one had superseded the other.
struct SideBySide {
  std::uint32_t view = 0;  ///< index
  std::uint32_t below = 0;
  std::uint32_t above = 0;
};

/// Versions that a group of views should have covered and did not.
struct Missing {
  std::uint32_t group = 0;
  std::vector<std::uint32_t> versions{};  ///< positions, ascending; the latest kMaxMissing at least
  std::uint64_t count = 0;
};
inline constexpr std::size_t kMaxMissing = 100;

class CausalKey {
 public:
  explicit CausalKey(const KeyCase&);

  const std::vector<const Operation*>& versions() const { return versions_; }

  /// Of a version.
  std::uint32_t position_of(const Operation& o) const { return position_[key_.place_of(o)]; }

  /// Positions of the versions of these values; nothing if one of them cannot have been seen by event `end`
  /// (nobody wrote it, its write failed or began later): such an answer covers nobody knows what.
  std::optional<std::vector<std::uint32_t>> positions(const std::vector<std::string_view>& values,
                                                      std::uint32_t end) const;
  /// As above, of what one of the key's operations was answered, by its place there.
  std::optional<std::span<const std::uint32_t>> shown(std::size_t place) const;

  /// Every acknowledged version, from its acknowledgement on.
  Demands acknowledged() const;

  /// For each set of demands, what is missing. Views of a group are next to each other, of one session, and
  /// began at the same event. Memory: about 40 bytes a version, view and demand, and 32 MB for contested
  /// pairs at most. The error says which limit was reached. Where no contexts were recorded,
  /// only what nobody can have superseded is missing (causal_doubt.cc).
  boost::system::result<std::vector<std::vector<Missing>>, std::string> missing(std::span<const View>,
                                                                                std::vector<Demands>) const;
  /// Ascending by view. The error says which limit was reached.
  boost::system::result<std::vector<SideBySide>, std::string> side_by_side(std::span<const View>) const;

 private:
  friend class CausalSweep;
  void find_versions();
  void note_answers();
  void link();
  boost::system::result<std::vector<std::vector<Missing>>, std::string> missing_in_doubt(
      std::span<const View> views, std::vector<Demands>) const;

  const KeyCase& key_;
  std::vector<const Operation*> versions_;      ///< by invocation
  std::vector<std::uint32_t> position_;         ///< of each operation: of its version
  std::vector<std::uint32_t> parents_;          ///< what each version's context showed, one after another
  std::vector<std::uint32_t> first_parent_{0};  ///< where a version's parents begin
  std::vector<std::uint32_t> shown_;            ///< what each answer showed, as far as it can be traced
  std::vector<std::uint32_t> first_shown_{0};   ///< where an answer begins
  std::vector<bool> traced_;                    ///< of each operation: all that its answer showed is known
};

/// Worked out once.
const CausalKey& causal_key(const KeyCase&);

}  // namespace fracas::checker
