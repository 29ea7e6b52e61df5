// Strongly connected components in one pass (Tarjan, "Depth-first search and linear graph algorithms", SIAM
// J. Comput. 1972), without recursion and over any graph that can be asked for its edges by number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace fracas::checker::transactions {

/// Those of at least two vertices; a graph here has no edge from a vertex to itself. Each is sorted, and they
/// are in order of their first vertex.
using Components = std::vector<std::vector<std::uint32_t>>;

/// Graph: `vertices()`; `begin(v)` and `end(v)`, numbers of its edges; `target(v, e)`, kNoTarget for an edge
/// that is not to be followed.
inline constexpr std::uint32_t kNoTarget = std::numeric_limits<std::uint32_t>::max();

template <typename Graph>
class ComponentSearch {
 public:
  explicit ComponentSearch(const Graph& graph)
      : graph_(graph), index_(graph.vertices(), 0), low_(graph.vertices(), 0) {}

  Components run() && {
    for (std::uint32_t v = 0; v < graph_.vertices(); ++v)
      if (index_[v] == 0) visit(v);
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  using Edge = decltype(std::declval<const Graph&>().begin(0));
  struct Frame {
    std::uint32_t vertex;
    Edge next;
  };
  static constexpr std::uint32_t kDone = std::numeric_limits<std::uint32_t>::max();

  void enter(std::uint32_t v) {
    index_[v] = low_[v] = ++count_;
    open_.push_back(v);
    frames_.push_back({v, graph_.begin(v)});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      const std::uint32_t v = frames_.back().vertex;
      if (frames_.back().next == graph_.end(v)) {
        leave(v);
        continue;
      }
      const std::uint32_t w = graph_.target(v, frames_.back().next++);
      if (w == kNoTarget) continue;
      if (index_[w] == 0) {
        enter(w);
      } else if (low_[w] != kDone) {
        low_[v] = std::min(low_[v], index_[w]);
      }
    }
  }

  void leave(std::uint32_t v) {
    frames_.pop_back();
    const std::uint32_t low = low_[v];
    if (low == index_[v]) close(v);
    if (!frames_.empty() && low != index_[v]) {
      std::uint32_t& parent = low_[frames_.back().vertex];
      parent = std::min(parent, low);
    }
  }

  void close(std::uint32_t v) {
    const auto at = std::find(open_.rbegin(), open_.rend(), v).base() - 1;
    if (open_.end() - at > 1) {
      found_.emplace_back(at, open_.end());
      std::sort(found_.back().begin(), found_.back().end());
    }
    for (auto w = at; w != open_.end(); ++w) low_[*w] = kDone;
    open_.erase(at, open_.end());
  }

  const Graph& graph_;
  std::vector<std::uint32_t> index_;  ///< in the order of discovery, from 1; 0: not yet seen
  std::vector<std::uint32_t> low_;    ///< the earliest that is known to be reached; kDone once closed
  std::vector<std::uint32_t> open_;
  std::vector<Frame> frames_;
  Components found_;
  std::uint32_t count_ = 0;
};

template <typename Graph>
Components components(const Graph& graph) {
  return ComponentSearch<Graph>(graph).run();
}

}  // namespace fracas::checker::transactions
