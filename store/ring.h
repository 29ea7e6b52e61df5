// Where a key lives: 64 fixed partitions, dealt to the nodes in turn; the homes of a key are the first n
// distinct nodes from its partition on, around the end (riak_core#913 is what happens without the
// wrap-around).
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
  explicit Ring(int nodes, const BugSet& bugs = {});
  int nodes() const { return nodes_; }
  /// Who owns a partition.
  NodeIndex owner(int partition) const { return owners_[static_cast<std::size_t>(partition)]; }
  /// The n distinct nodes that hold a partition, in order of preference. 1 <= n <= nodes.
  std::vector<NodeIndex> homes(int partition, int n) const;
  std::vector<NodeIndex> homes(std::string_view key, int n) const {
    return homes(partition_of(slot_of(key)), n);
  }
  bool is_home(NodeIndex node, int partition, int n) const;
  /// The partitions that both nodes hold, ascending.
  std::vector<int> shared(NodeIndex a, NodeIndex b, int n) const;

 private:
  int nodes_;
  BugSet bugs_;
  std::vector<NodeIndex> owners_;
};

/// Names a cluster in every frame: nodes of another one (other names, order, ring or way of resolving
/// conflicts) are not talked to. `epoch` is the ring's; there is one so far.
std::uint64_t cluster_id(const std::vector<std::string>& names, int n, std::string_view conflict,
                         std::uint32_t epoch = 1);

}  // namespace fracas::store
