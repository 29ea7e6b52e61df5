// Clusters that give tombstones up soon.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "bug_story.h"
#include "random_schedules.h"

namespace fracas::store {

/// From the delete of a key that nothing holds up to its last tombstone it is about 0.7 s.
inline Config confirming(const BugSet& bugs = {}) {
  Config config = with(bugs);
  config.anti_entropy_ns = 100 * millisecond;
  config.gc = Gc::confirmed;
  config.gc_after_ns = 200 * millisecond;
  config.timeout_ns = 100 * millisecond;
  config.rejoin = RejoinMode::catchup;
  return config;
}

/// Not even a tombstone.
inline bool nobody_has(TestCluster& cluster, const std::string& key) {
  for (NodeIndex node = 0; node < static_cast<NodeIndex>(cluster.config.nodes); ++node) {
    if (cluster.up(node) && cluster.state(node, key).find("\"clock\":null") == std::string::npos)
      return false;
  }
  return true;
}

}  // namespace fracas::store
