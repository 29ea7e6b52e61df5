// Merkle trees over a node's keys, one per partition: finding what differs between two replicas costs
// O(differences * log), not O(keys). A leaf is the hash of key and state, a bucket the XOR of its leaves
// (safe because the key is inside the hash), so an update costs O(1) whatever the number of keys; roots are
// computed when somebody asks.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "store/hash.h"
#include "store/ring.h"

namespace fracas::store {

/// The leaf of a key. `state` is the canonical encoding: clock, tombstones and values.
Hash merkle_leaf(std::string_view key, std::string_view state);

/// One partition's tree: 1024 buckets, 32 inner nodes, the root. Equal sets of leaves give equal roots, in
/// whatever order they came; the tree of no keys has the root {0, 0}.
class MerkleTree {
 public:
  using Buckets = std::vector<std::pair<std::uint16_t, Hash>>;  ///< non-empty ones, ascending

  /// Adds a leaf, takes one out, or (old ^ new) exchanges one for another: XOR does it all.
  void toggle(std::uint16_t bucket, const Hash& leaf);
  Hash root() const;
  Buckets buckets() const;

 private:
  static constexpr int inner_nodes = 32;
  Hash inner(int index) const;

  std::map<std::uint16_t, Hash> buckets_;
  mutable std::array<std::optional<Hash>, inner_nodes> inner_;  ///< nothing: to be computed anew
  mutable std::optional<Hash> root_;
};

/// The buckets whose hashes differ, ascending.
std::vector<std::uint16_t> differing(const MerkleTree::Buckets& a, const MerkleTree::Buckets& b);

/// A node's trees.
class MerkleForest {
 public:
  /// A key's leaf changed. The empty hash stands for no leaf.
  void update(Slot slot, const Hash& before, const Hash& after);
  const MerkleTree& tree(int partition) const { return trees_[static_cast<std::size_t>(partition)]; }

 private:
  std::array<MerkleTree, partitions> trees_;
};

}  // namespace fracas::store
