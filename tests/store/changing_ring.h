// A cluster of five members and a spare, whose ring changes, and what is seen of it.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bug_story.h"

namespace fracas::store {

inline Config spare_config() {
  Config config = quiet_config();
  config.nodes = 6;
  config.spares = 1;
  return config;
}

class AChangingRing : public testing::Test {
 protected:
  explicit AChangingRing(Config config = spare_config()) : cluster(std::move(config)) {}

  nlohmann::json ring(NodeIndex node) { return nlohmann::json::parse(cluster.node(node).ring()); }
  /// It takes no part in agreements.
  bool abstains(NodeIndex node) {
    return nlohmann::json::parse(cluster.node(node).status({})).at("ring_abstains");
  }
  ReplyToClient change(NodeIndex at, RingChange::Kind kind, const std::string& node,
                       const std::string& with = "") {
    return cluster.call(at, ChangeRing{.id = 0, .kind = kind, .node = node, .with = with});
  }
  void write_all(const std::string& value, NodeIndex at = 0) {
    for (int key = 0; key < keys; ++key) {
      const auto reply = cluster.put(at, name(key), value, context(key, at));
      ASSERT_FALSE(reply.error) << name(key) << ": " << reply.error->message;
    }
  }
  std::string context(int key, NodeIndex at) { return cluster.get(at, name(key)).context; }
  void expect_all(const std::string& value, NodeIndex at) {
    for (int key = 0; key < keys; ++key) {
      const auto reply = cluster.get(at, name(key));
      ASSERT_FALSE(reply.error) << name(key) << " at " << at << ": " << reply.error->message;
      EXPECT_EQ(reply.values, std::vector<std::string>{value}) << name(key) << " at " << at;
    }
  }
  /// The change is over, everywhere.
  void arrive(std::uint32_t epoch) {
    for (int i = 0; i < 200 && !all_at(epoch); ++i) cluster.pass(second / 10);
    ASSERT_TRUE(all_at(epoch));
  }
  bool all_at(std::uint32_t epoch) {
    for (NodeIndex node = 0; node < cluster.config.nodes; ++node)
      if (cluster.up(node) && (ring(node).at("epoch") != epoch || ring(node).at("moving") == true))
        return false;
    return true;
  }
  static std::string name(int key) { return "key-" + std::to_string(key); }

  static constexpr int keys = 60;
  TestCluster cluster;
};

}  // namespace fracas::store
