// Who answers for the homes that do not, in one request: for each missing home at most one node, the next of
// the ring walk that is no home. An acknowledgement of a stand-in counts for its home's seat, so that a home
// and its stand-in are never two votes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "store/actor.h"

namespace fracas::store {

class Fingerprint;
struct Request;
struct Shared;

class StandIns {
 public:
  /// Nobody: only homes count.
  StandIns() = default;
  /// The best first.
  explicit StandIns(const std::vector<NodeIndex>& candidates)
      : left_(candidates.rbegin(), candidates.rend()), some_(!candidates.empty()) {}

  /// Whether there ever was anybody to be called.
  bool any() const { return some_; }
  /// Takes the next candidate for `home`. Nothing: the seat is taken, or nobody is left.
  std::optional<NodeIndex> call(NodeIndex home);
  /// It keeps what it was given, or has told what it keeps.
  void answered(NodeIndex home);
  /// It does not answer any more, and may have done what it was asked.
  void silent(NodeIndex home) { seats_.erase(home); }
  /// It certainly has done nothing.
  void refused(NodeIndex home);

  /// Nothing: `node` sits in nobody's place.
  std::optional<NodeIndex> home_of(NodeIndex node) const;
  /// Who was asked for `home` and has not answered.
  std::optional<NodeIndex> awaited(NodeIndex home) const;
  bool has_answered(NodeIndex home) const;
  bool may_have_acted() const { return acting_ > 0; }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Seat {
    NodeIndex node = 0;
    bool answered = false;
    void fingerprint(Fingerprint&) const;
  };

  std::vector<NodeIndex> left_;  ///< candidates, the best last
  bool some_ = false;
  std::map<NodeIndex, Seat> seats_;  ///< by home
  std::size_t acting_ = 0;           ///< calls that may have had an effect
};

/// The stand-ins that a request may call: none with placement = strict.
StandIns stand_ins_for(const Shared&, const Request&);
/// The nodes of the ring walk that are no home of the key under the cluster's n, those believed up first.
std::vector<NodeIndex> candidates_for(const Shared&, const std::vector<NodeIndex>& walk);

}  // namespace fracas::store
