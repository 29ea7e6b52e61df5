#include "store/merkle.h"

#include <string>

#include "store/bytes.h"

namespace fracas::store {
namespace {

constexpr std::uint16_t fan_out = 32;  ///< buckets of an inner node

void write(ByteWriter& out, std::uint16_t index, const Hash& hash) {
  out.u16(index);
  out.u64(hash.high);
  out.u64(hash.low);
}

/// Nothing below gives the empty hash, so that deleting the last key undoes adding it.
Hash hash_of_children(const std::string& children) { return children.empty() ? Hash{} : hash128(children); }

}  // namespace

Hash merkle_leaf(std::string_view key, std::string_view state) {
  std::string bytes;
  bytes.reserve(key.size() + state.size() + 2);
  ByteWriter writer(bytes);
  writer.text(key);
  bytes.append(state);
  return hash128(bytes);
}

void MerkleTree::toggle(std::uint16_t bucket, const Hash& leaf) {
  const auto found = buckets_.try_emplace(bucket).first;
  found->second ^= leaf;
  if (found->second == Hash{}) buckets_.erase(found);
  inner_[bucket / fan_out].reset();
  root_.reset();
}

Hash MerkleTree::inner(int index) const {
  auto& cached = inner_[static_cast<std::size_t>(index)];
  if (cached) return *cached;
  std::string children;
  ByteWriter writer(children);
  const auto first = static_cast<std::uint16_t>(index * fan_out);
  for (auto at = buckets_.lower_bound(first); at != buckets_.end() && at->first < first + fan_out; ++at) {
    write(writer, at->first, at->second);
  }
  cached = hash_of_children(children);
  return *cached;
}

Hash MerkleTree::root() const {
  if (root_) return *root_;
  std::string children;
  ByteWriter writer(children);
  for (int index = 0; index < inner_nodes; ++index) {
    const Hash hash = inner(index);
    if (hash != Hash{}) write(writer, static_cast<std::uint16_t>(index), hash);
  }
  root_ = hash_of_children(children);
  return *root_;
}

MerkleTree::Buckets MerkleTree::buckets() const { return {buckets_.begin(), buckets_.end()}; }

std::vector<std::uint16_t> differing(const MerkleTree::Buckets& a, const MerkleTree::Buckets& b) {
  std::vector<std::uint16_t> result;
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      result.push_back((left++)->first);
    } else if (left == a.end() || right->first < left->first) {
      result.push_back((right++)->first);
    } else {
      if (left->second != right->second) result.push_back(left->first);
      ++left, ++right;
    }
  }
  return result;
}

void MerkleForest::update(Slot slot, const Hash& before, const Hash& after) {
  Hash change = before;
  change ^= after;
  trees_[static_cast<std::size_t>(partition_of(slot))].toggle(
      static_cast<std::uint16_t>(slot % buckets_per_partition), change);
}

}  // namespace fracas::store
