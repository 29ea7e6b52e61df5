// Merkle trees: equal data gives equal roots, whatever the history; any difference is found, in its bucket.
#include "store/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "store/key_state.h"

namespace fracas::store {
namespace {

using Data = std::map<std::string, std::string>;  ///< key -> encoded state

Hash leaf_of(const std::string& key, const std::string& state) { return merkle_leaf(key, state); }

/// Buckets of one tree only: these tests put all keys into one partition.
std::uint16_t bucket_of(const std::string& key) { return slot_of(key) % buckets_per_partition; }

MerkleTree tree_of(const Data& data) {
  MerkleTree tree;
  for (const auto& [key, state] : data) tree.toggle(bucket_of(key), leaf_of(key, state));
  return tree;
}

RC_GTEST_PROP(Merkle, equal_data_has_equal_roots_whatever_the_order_and_the_detours,
              (const Data& data, const Data& gone)) {
  MerkleTree detour;
  for (const auto& [key, state] : gone) detour.toggle(bucket_of(key), leaf_of(key, state));
  for (auto at = data.rbegin(); at != data.rend(); ++at)
    detour.toggle(bucket_of(at->first), leaf_of(at->first, at->second));
  detour.root();
  for (const auto& [key, state] : gone) detour.toggle(bucket_of(key), leaf_of(key, state));
  RC_ASSERT(detour.root() == tree_of(data).root());
  RC_ASSERT(detour.buckets() == tree_of(data).buckets());
}

RC_GTEST_PROP(Merkle, unequal_data_has_unequal_roots_and_the_buckets_that_differ_are_found,
              (Data data, const Data& other)) {
  std::set<std::uint16_t> expected;
  for (const auto& [key, state] : data) {
    const auto found = other.find(key);
    if (found == other.end() || found->second != state) expected.insert(bucket_of(key));
  }
  for (const auto& [key, state] : other) {
    if (!data.contains(key)) expected.insert(bucket_of(key));
  }
  const MerkleTree left = tree_of(data);
  const MerkleTree right = tree_of(other);
  RC_ASSERT((left.root() == right.root()) == (data == other));
  const std::vector<std::uint16_t> sorted(expected.begin(), expected.end());
  RC_ASSERT(differing(left.buckets(), right.buckets()) == sorted);
  RC_ASSERT(differing(right.buckets(), left.buckets()) == sorted);
}

std::string encoded(const KeyState& state) {
  std::string bytes;
  encode(state, bytes);
  return bytes;
}

DvvSet one_put(const Value& value, int times = 1) {
  DvvSet set;
  for (int i = 0; i < times; ++i) set.put(set.join(), value, Actor{});
  return set;
}

TEST(Merkle, sees_a_difference_of_value_clock_tombstone_and_presence) {
  const Hash base = leaf_of("k", encoded(one_put("v")));
  EXPECT_NE(base, leaf_of("other", encoded(one_put("v")))) << "key";
  EXPECT_NE(base, leaf_of("k", encoded(one_put("w")))) << "value";
  EXPECT_NE(base, leaf_of("k", encoded(one_put("v", 2)))) << "clock, the value being equal";
  EXPECT_NE(leaf_of("k", encoded(one_put(std::nullopt))), leaf_of("k", encoded(one_put(""))))
      << "tombstone or empty";
  EXPECT_NE(base, Hash{}) << "missing";
}

TEST(Merkle, sees_a_difference_in_the_first_and_in_the_last_bucket) {
  for (const std::uint16_t bucket : std::array<std::uint16_t, 4>{0, 31, 32, 1023}) {
    MerkleTree tree;
    tree.root();
    tree.toggle(bucket, leaf_of("k", "v"));
    EXPECT_NE(tree.root(), MerkleTree().root());
    EXPECT_EQ(differing(tree.buckets(), {}), std::vector<std::uint16_t>{bucket});
  }
}

TEST(Merkle, the_same_leaf_in_another_bucket_is_a_difference) {
  MerkleTree left;
  MerkleTree right;
  left.toggle(1, leaf_of("k", "v"));
  right.toggle(40, leaf_of("k", "v"));
  EXPECT_NE(left.root(), right.root());
}

TEST(Merkle, taking_out_the_last_key_returns_to_the_empty_tree) {
  MerkleTree tree;
  tree.toggle(5, leaf_of("k", "v"));
  tree.toggle(5, leaf_of("k", "v"));
  EXPECT_EQ(tree.root(), Hash{});
  EXPECT_TRUE(tree.buckets().empty());
}

TEST(MerkleForest, an_update_exchanges_one_leaf_in_one_partition) {
  MerkleForest forest;
  const Slot slot = 3 * buckets_per_partition + 7;
  forest.update(slot, {}, leaf_of("k", "old"));
  forest.update(slot, leaf_of("k", "old"), leaf_of("k", "new"));
  MerkleTree expected;
  expected.toggle(7, leaf_of("k", "new"));
  EXPECT_EQ(forest.tree(3).root(), expected.root());
  EXPECT_EQ(forest.tree(2).root(), Hash{});
}

}  // namespace
}  // namespace fracas::store
