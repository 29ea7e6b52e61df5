// Where a key lives: 64 fixed partitions, each owned by a node; the homes of a key are the first n distinct
// nodes from its partition on, around the end (riak_core#913 is what happens without the wrap-around). How
// owners change: ring_change.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/actor.h"
#include "store/bugs.h"

namespace fracas::store {

inline constexpr int partitions = 64;
inline constexpr int buckets_per_partition = 1024;  ///< leaves of a partition's Merkle tree

/// The top 16 bits of a key's hash: 6 bits of partition, 10 bits of bucket. Keys are stored in this order, so
/// that a bucket is a range.
using Slot = std::uint16_t;
Slot slot_of(std::string_view key);
inline int partition_of(Slot slot) { return slot / buckets_per_partition; }

class Ring {
 public:
  /// By partition.
  using Owners = std::vector<NodeIndex>;

  /// Dealt to the nodes 0 .. nodes - 1 in turn.
  explicit Ring(int nodes, const BugSet& bugs = {});
  explicit Ring(Owners owners, const BugSet& bugs = {});
  /// How many own something.
  int nodes() const { return static_cast<int>(members_.size()); }
  const std::vector<NodeIndex>& members() const { return members_; }  ///< those, ascending
  bool has(NodeIndex node) const;
  const Owners& owners() const { return owners_; }
  /// Who owns a partition.
  NodeIndex owner(int partition) const { return owners_[static_cast<std::size_t>(partition)]; }
  /// The n distinct nodes that hold a partition, in order of preference. 1 <= n <= nodes.
  std::vector<NodeIndex> homes(int partition, int n) const;
  std::vector<NodeIndex> homes(std::string_view key, int n) const {
    return homes(partition_of(slot_of(key)), n);
  }
  bool is_home(NodeIndex node, int partition, int n) const;
  bool operator==(const Ring& other) const { return owners_ == other.owners_; }

 private:
  BugSet bugs_;
  Owners owners_;
  std::vector<NodeIndex> members_;
};

/// Names a cluster in every frame: nodes of another one (other names, order, first ring or way of resolving
/// conflicts) are not talked to.
std::uint64_t cluster_id(const std::vector<std::string>& names, int spares, int n, std::string_view conflict);

}  // namespace fracas::store
