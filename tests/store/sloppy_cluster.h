// What stories about stand-ins share: seven nodes, three homes, and homes that are away.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "test_cluster.h"

namespace fracas::store {

inline Config sloppy_config() {
  Config config = quiet_config();
  config.nodes = 7;
  config.placement = Placement::sloppy;
  config.hints = Hints::fallback;
  return config;
}

/// The nodes that are no homes of the key, in the order of the ring walk.
inline std::vector<NodeIndex> strangers(const TestCluster& cluster, const std::string& key) {
  auto walk = Ring(cluster.config.nodes).homes(key, cluster.config.nodes);
  walk.erase(walk.begin(), walk.begin() + cluster.config.n);
  return walk;
}

inline void crash_homes(TestCluster& cluster, const std::string& key) {
  for (const NodeIndex home : cluster.homes(key)) cluster.crash(home);
}
inline void restart_homes(TestCluster& cluster, const std::string& key) {
  for (const NodeIndex home : cluster.homes(key)) cluster.restart(home);
}

/// Between these nodes and the others nothing gets through.
inline auto cut_between(std::vector<NodeIndex> some) {
  return [some](const TestCluster::Envelope& envelope) {
    const auto among = [&](NodeIndex node) {
      return std::find(some.begin(), some.end(), node) != some.end();
    };
    return among(envelope.from) == among(envelope.to) ? TestCluster::Fate::deliver : TestCluster::Fate::drop;
  };
}

/// Nodes on whose disk a hint for the key is.
inline int keepers(TestCluster& cluster, const std::string& key) {
  int found = 0;
  for (NodeIndex node = 0; node < cluster.config.nodes; ++node) {
    const auto& disk = cluster.disk(node);
    found += std::any_of(disk.begin(), disk.end(), [&](const auto& record) {
      return record.first.size() > 3 && record.first[0] == 'h' && record.first.substr(3) == key;
    });
  }
  return found;
}

}  // namespace fracas::store
