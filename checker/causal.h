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
#include <string>
#include <vector>

#include "checker/keys.h"

namespace fracas::checker {

/// An answer that is asked what it covers: a read, or a replica's dump.
struct View {
  std::uint32_t began = kNever;        ///< what was demanded before this event had to be covered
  std::uint32_t ended = kNever;        ///< deletes invoked before this event may be hidden in the answer
  std::int32_t session = -1;           ///< whose demands it had to meet
  std::uint32_t group = 0;             ///< ascending; a version is missing if no view of the group covers it
  bool tombstones = true;              ///< false: the answer certainly holds no hidden delete
  std::vector<std::uint32_t> shown{};  ///< positions of versions
};

/// Answers that begin after this event have to cover a version: those to one session, or to everyone (-1).
struct Demand {
  std::uint32_t version = 0;  ///< position
  std::int32_t session = -1;
  std::uint32_t event = 0;
};

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
  CausalKey(const History&, const KeyOperations&, const Writers&);

  const std::vector<const Operation*>& versions() const { return versions_; }

  /// Of a version.
  std::uint32_t position_of(const Operation&) const;

  /// Positions of the versions of these values; nothing if one of them cannot have been seen by event `end`
  /// (nobody wrote it, its write failed or began later): such an answer covers nobody knows what.
  std::optional<std::vector<std::uint32_t>> positions(const std::vector<std::string_view>& values,
                                                      std::uint32_t end) const;

  /// Every acknowledged version, from its acknowledgement on.
  std::vector<Demand> acknowledged() const;

  /// Views of a group are next to each other, of one session, and began at the same event. Memory: about 30
  /// bytes a version, view and demand, and 32 MB for contested pairs at most. The error says which limit was
  /// reached.
  boost::system::result<std::vector<Missing>, std::string> missing(const std::vector<View>&,
                                                                   std::vector<Demand>) const;
  /// Ascending by view. The error says which limit was reached.
  boost::system::result<std::vector<SideBySide>, std::string> side_by_side(const std::vector<View>&) const;

 private:
  friend class CausalSweep;
  void link(const KeyOperations&, const History&);

  const Writers& writers_;
  std::vector<const Operation*> versions_;      ///< by invocation
  std::vector<std::uint32_t> parents_;          ///< what each version's context showed, one after another
  std::vector<std::uint32_t> first_parent_{0};  ///< where a version's parents begin
};

}  // namespace fracas::checker
