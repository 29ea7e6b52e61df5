// A seeded bug's story: the same events on a TestCluster, told with and without the bug, and what is seen in
// the end either way. Every bug has one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "test_cluster.h"

namespace fracas::store {

struct BugStory {
  Bug bug;
  std::string_view says;  ///< what the bug does in it; part of the test's name
  std::string right;      ///< what is seen without the bug
  std::string wrong;      ///< and with it
  std::function<std::string(const BugSet&)> told;
};

// By what they are about; defined in node_bugs_*_test.cc.
std::vector<BugStory> quorum_stories();
std::vector<BugStory> causality_stories();
std::vector<BugStory> repair_stories();
std::vector<BugStory> read_stories();
std::vector<BugStory> disk_stories();
std::vector<BugStory> stamp_stories();
std::vector<BugStory> sloppy_stories();
std::vector<BugStory> session_stories();
std::vector<BugStory> tombstone_stories();
std::vector<BugStory> ring_stories();

inline constexpr std::int64_t second = 1'000'000'000;

inline Config with(const BugSet& bugs, Config config = quiet_config()) {
  config.bugs = bugs;
  return config;
}

/// Five nodes, of which three are homes of a key.
inline Config five_nodes() {
  Config config = quiet_config();
  config.nodes = 5;
  return config;
}

// Events of more than one story.

/// The network brings a forwarded put once more after it was answered.
inline void forward_twice(TestCluster& cluster) {
  cluster.fate = [&](const auto& envelope) {
    if (std::holds_alternative<ForwardRequest>(envelope.message)) cluster.held.push_back(envelope);
    return TestCluster::Fate::deliver;
  };
  cluster.put(cluster.stranger("k"), "k", "1");
  cluster.release_held();
  cluster.run();
}

/// A read repair of the last home is held up until a newer write has arrived there.
inline void repair_what_is_newer_by_then(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.fate = [&](const auto& envelope) {
    const auto* write = std::get_if<WriteRequest>(&envelope.message);
    return write != nullptr && write->operation == 0 ? TestCluster::Fate::hold : TestCluster::Fate::deliver;
  };
  cluster.get(homes[0], "k", 3);
  cluster.put(homes[0], "k", "2", first.context);
  cluster.release_held();
  cluster.run();
}

/// "1,2": sorted, so that siblings have one order.
inline std::string joined(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
  return text;
}

/// What a node alone holds of a key that it is a home of.
inline std::string copy_at(TestCluster& cluster, NodeIndex home, const std::string& key) {
  return joined(cluster.get(home, key, 1).values);
}

/// "ok", or the kind of error.
inline std::string outcome(const ReplyToClient& reply) {
  return reply.error ? std::string(to_string(reply.error->kind)) : "ok";
}

/// A key of this partition.
inline std::string key_in(int partition) {
  for (int i = 0;; ++i) {
    std::string key = "k" + std::to_string(i);
    if (partition_of(slot_of(key)) == partition) return key;
  }
}

}  // namespace fracas::store
