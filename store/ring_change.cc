#include "store/ring_change.h"

#include <algorithm>
#include <map>

namespace fracas::store {
namespace {

/// How far along the ring, either way, to the next partition of `node`. With neighbours that are its own a
/// node would be home of fewer partitions than others.
int distance(const Ring::Owners& owners, int partition, NodeIndex node) {
  int nearest = partitions;
  for (int other = 0; other < partitions; ++other) {
    if (other == partition || owners[static_cast<std::size_t>(other)] != node) continue;
    const int apart = std::abs(other - partition);
    nearest = std::min({nearest, apart, partitions - apart});
  }
  return nearest;
}

std::map<NodeIndex, int> shares(const Ring& ring) {
  std::map<NodeIndex, int> owned;
  for (const NodeIndex owner : ring.owners()) ++owned[owner];
  return owned;
}

}  // namespace

Ring::Owners joined(const Ring& ring, NodeIndex node) {
  Ring::Owners owners = ring.owners();
  auto owned = shares(ring);
  const int share = partitions / (ring.nodes() + 1);
  for (int taken = 0; taken < share; ++taken) {
    const int most = std::max_element(owned.begin(), owned.end(), [](const auto& x, const auto& y) {
                       return x.second < y.second;
                     })->second;
    int best = -1;
    int best_distance = 0;
    for (int partition = 0; partition < partitions; ++partition) {
      if (owned[owners[static_cast<std::size_t>(partition)]] != most) continue;
      const int apart = distance(owners, partition, node);
      if (apart > best_distance) best = partition, best_distance = apart;
    }
    NodeIndex& owner = owners[static_cast<std::size_t>(best)];
    --owned[owner];
    owner = node;
  }
  return owners;
}

Ring::Owners left(const Ring& ring, NodeIndex node) {
  Ring::Owners owners = ring.owners();
  auto owned = shares(ring);
  owned.erase(node);
  for (int partition = 0; partition < partitions; ++partition) {
    NodeIndex& owner = owners[static_cast<std::size_t>(partition)];
    if (owner != node) continue;
    const auto heir = std::min_element(owned.begin(), owned.end(), [&](const auto& x, const auto& y) {
      if (x.second != y.second) return x.second < y.second;
      return distance(owners, partition, x.first) > distance(owners, partition, y.first);
    });
    owner = heir->first;
    ++heir->second;
  }
  return owners;
}

Ring::Owners replaced(const Ring& ring, NodeIndex node, NodeIndex with) {
  Ring::Owners owners = ring.owners();
  std::replace(owners.begin(), owners.end(), node, with);
  return owners;
}

}  // namespace fracas::store
