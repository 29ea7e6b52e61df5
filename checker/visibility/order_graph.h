// The order that all sessions would have to agree on, as a graph of writes: an edge from what comes first.
// Beside the edges that reads force, a write comes after the write before it in its session and after every
// write that its session has read since then; these edges are not stored but looked up. Finds what has no
// order: strongly connected components (Tarjan 1972, without recursion), and a shortest cycle in each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/visibility/session_steps.h"

namespace fracas::checker {

struct OrderEdge {
  WriteId before = 0;
  WriteId after = 0;
  bool operator==(const OrderEdge&) const = default;
};

class OrderGraph {
 public:
  /// Only edges between writes of the same part count; those of part kNever have none. All live elsewhere but
  /// `forced`.
  OrderGraph(const SessionSteps&, std::span<const std::uint32_t> part_of, std::vector<OrderEdge> forced);

  /// Components of more than one write, numbered from 0; memory: 20 bytes a write.
  std::uint32_t find_components();
  /// kNever: in none of them.
  std::uint32_t component_of(WriteId w) const { return component_[w]; }

  /// The shortest way from one write of a component to another of the same, both included; nothing if it
  /// takes more steps to find than are left.
  std::vector<WriteId> way(WriteId from, WriteId to, std::uint64_t& steps_left) const;

 private:
  template <typename Visit>
  void each_before(WriteId w, Visit&& visit) const {
    for (std::uint32_t i = first_forced_[w]; i < first_forced_[w + 1]; ++i) visit(forced_[i]);
    sessions_.each_cause(w, [&](WriteId cause) {
      if (part_of_[cause] == part_of_[w]) visit(cause);
    });
  }

  const SessionSteps& sessions_;
  std::span<const std::uint32_t> part_of_;
  std::vector<std::uint32_t> first_forced_;  ///< of each write
  std::vector<WriteId> forced_;              ///< what comes before it
  std::vector<std::uint32_t> component_;
};

}  // namespace fracas::checker
