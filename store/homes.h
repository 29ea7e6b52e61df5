// The homes of a key, as quorums count them: n nodes, and while the ring changes (ring_document.h) those n
// and the n that they become, where r or w are wanted of both.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "store/actor.h"

namespace fracas::store {

class Fingerprint;

class Homes {
 public:
  Homes() = default;
  explicit Homes(std::vector<NodeIndex> nodes) : all_(std::move(nodes)), n_(all_.size()) {}
  /// `now` and `next` are of one size.
  Homes(std::vector<NodeIndex> now, std::vector<NodeIndex> next) : Homes(now) {
    if (now == next) return;
    for (const NodeIndex node : next)
      if (!contains(node)) all_.push_back(node);
    now_ = std::move(now);
    next_ = std::move(next);
  }

  /// Everybody who is to have the key, in order of preference, today's homes first.
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  const std::vector<NodeIndex>& all() const { return all_; }
  std::size_t size() const { return all_.size(); }
  bool contains(NodeIndex node) const { return std::find(all_.begin(), all_.end(), node) != all_.end(); }
  std::size_t n() const { return n_; }

  /// Of how many homes something is true: in both sets at least of so many.
  template <class Predicate>
  std::size_t least(const Predicate& is) const {
    if (next_.empty()) return count(all_, is);
    return std::min(count(now_, is), count(next_, is));
  }
  /// As least(), of the nodes that a set or map names. It names homes only.
  template <class Nodes>
  std::size_t least_of(const Nodes& nodes) const {
    return next_.empty() ? nodes.size() : least([&](NodeIndex node) { return nodes.contains(node); });
  }
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  template <class Predicate>
  static std::size_t count(const std::vector<NodeIndex>& nodes, const Predicate& is) {
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), is));
  }

  std::vector<NodeIndex> all_;
  std::vector<NodeIndex> now_, next_;  ///< empty: no change is under way that touches this key
  std::size_t n_ = 0;
};

}  // namespace fracas::store
