#include "store/ring.h"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "store/bytes.h"
#include "store/hash.h"

namespace fracas::store {
namespace {

Ring::Owners dealt(int nodes) {
  assert(nodes > 0);
  Ring::Owners owners;
  for (int partition = 0; partition < partitions; ++partition)
    owners.push_back(static_cast<NodeIndex>(partition % nodes));
  return owners;
}

}  // namespace

Slot slot_of(std::string_view key) { return static_cast<Slot>(hash128(key).high >> 48); }

Ring::Ring(int nodes, const BugSet& bugs) : Ring(dealt(nodes), bugs) {}

Ring::Ring(Owners owners, const BugSet& bugs) : bugs_(bugs), owners_(std::move(owners)) {
  assert(owners_.size() == static_cast<std::size_t>(partitions));
  const std::set<NodeIndex> distinct(owners_.begin(), owners_.end());
  members_.assign(distinct.begin(), distinct.end());
}

bool Ring::has(NodeIndex node) const { return std::binary_search(members_.begin(), members_.end(), node); }

std::vector<NodeIndex> Ring::homes(int partition, int n) const {
  assert(n <= nodes());
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

std::uint64_t cluster_id(const std::vector<std::string>& names, int spares, int n,
                         std::string_view conflict) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.varint(static_cast<std::uint64_t>(spares));
  writer.varint(static_cast<std::uint64_t>(n));
  writer.text(conflict);
  for (const std::string& name : names) writer.text(name);
  return hash128(bytes).high;
}

}  // namespace fracas::store
