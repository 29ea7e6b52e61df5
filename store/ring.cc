#include "store/ring.h"

#include <algorithm>
#include <cassert>

#include "store/bytes.h"
#include "store/hash.h"

namespace fracas::store {

Slot slot_of(std::string_view key) { return static_cast<Slot>(hash128(key).high >> 48); }

Ring::Ring(int nodes, const BugSet& bugs) : nodes_(nodes), bugs_(bugs) {
  assert(nodes > 0);
  for (int partition = 0; partition < partitions; ++partition) {
    owners_.push_back(static_cast<NodeIndex>(partition % nodes));
  }
}

std::vector<NodeIndex> Ring::homes(int partition, int n) const {
  assert(n <= nodes_);
  std::vector<NodeIndex> homes;
  homes.reserve(static_cast<std::size_t>(n));
  const int walk = bugs_.has(Bug::prefs_same_node) ? n : partitions;
  for (int step = 0; step < walk && static_cast<int>(homes.size()) < n; ++step) {
    const NodeIndex node = owner((partition + step) % partitions);
    if (std::find(homes.begin(), homes.end(), node) == homes.end()) homes.push_back(node);
  }
  return homes;
}

bool Ring::is_home(NodeIndex node, int partition, int n) const {
  const auto nodes = homes(partition, n);
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::vector<int> Ring::shared(NodeIndex a, NodeIndex b, int n) const {
  std::vector<int> both;
  for (int partition = 0; partition < partitions; ++partition) {
    if (is_home(a, partition, n) && is_home(b, partition, n)) both.push_back(partition);
  }
  return both;
}

std::uint64_t cluster_id(const std::vector<std::string>& names, int n, std::string_view conflict,
                         std::uint32_t epoch) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u32(epoch);
  writer.varint(static_cast<std::uint64_t>(n));
  writer.text(conflict);
  for (const std::string& name : names) writer.text(name);
  return hash128(bytes).high;
}

}  // namespace fracas::store
