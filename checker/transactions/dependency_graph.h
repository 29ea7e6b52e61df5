// Which transaction has to come before which, and why: the direct serialization graph (Adya 1999, section 3)
// with the orders of sessions and of real time.
//
// Beside the transactions there are vertices that only save edges. Barriers: what was acknowledged leads to
// one, each leads to the next, and from there to what begins later; so real time takes edges in number of the
// transactions and not of its pairs. Fans: where a version has many successors, whoever read it leads to all
// of them but itself by way of a chain from each side.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/transactions/components.h"
#include "checker/transactions/isolation.h"
#include "checker/transactions/version_order.h"

namespace fracas::checker::transactions {

/// Why an edge is there; a set of bits.
using Reasons = std::uint16_t;
inline constexpr Reasons kWriteRead = 1;
inline constexpr Reasons kProcess = 2;
inline constexpr Reasons kRealtime = 4;
/// In an order of versions that rests on the scope.
constexpr Reasons write_write(Scope scope) {
  return static_cast<Reasons>(8U << static_cast<unsigned>(scope));
}
constexpr Reasons read_write(Scope scope) {
  return static_cast<Reasons>(64U << static_cast<unsigned>(scope));
}
inline constexpr Reasons kReadWrite = 64 | 128 | 256;
inline constexpr Reasons kAllReasons = 511;

struct GraphOptions {
  bool process = true;
  bool realtime = true;
  std::uint32_t direct = 4;  ///< successors of a version from which on its readers go by way of a fan
};

class DependencyGraph {
 public:
  struct Edge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    Reasons reasons = 0;
  };

  static DependencyGraph of(const Transactions&, const VersionOrder&, const GraphOptions&);
  /// The part of it within these components.
  DependencyGraph within(const Components&) const;

  std::uint32_t vertices() const { return static_cast<std::uint32_t>(names_.size()); }
  std::uint32_t begin(std::uint32_t v) const { return first_[v]; }
  std::uint32_t end(std::uint32_t v) const { return first_[v + 1]; }
  std::uint32_t target(std::uint32_t /*v*/, std::uint32_t edge) const { return targets_[edge]; }
  Reasons reasons(std::uint32_t edge) const { return reasons_[edge]; }
  /// A transaction, or kNone if the vertex only saves edges.
  TxnId name(std::uint32_t v) const { return names_[v]; }

 private:
  DependencyGraph(std::vector<TxnId> names, const std::vector<Edge>& edges);

  std::vector<TxnId> names_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> targets_;
  std::vector<Reasons> reasons_;
};

}  // namespace fracas::checker::transactions
