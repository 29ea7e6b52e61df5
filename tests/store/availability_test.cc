// The availability matrix of strict quorums: for every n up to 5, every r and w and every number of homes
// that are down, whoever is asked, operations succeed exactly when enough homes are up.
#include <gtest/gtest.h>

#include "test_cluster.h"

namespace fracas::store {
namespace {

constexpr int most_homes = 5;

struct Cell {
  Conflict conflict;
  int n, r, w, down;
};

std::string text(const Cell& cell) {
  return "n=" + std::to_string(cell.n) + " r=" + std::to_string(cell.r) + " w=" + std::to_string(cell.w) +
         " down=" + std::to_string(cell.down) + (cell.conflict == Conflict::lww ? " lww" : " siblings");
}

std::vector<Cell> cells() {
  std::vector<Cell> all;
  for (const Conflict conflict : {Conflict::siblings, Conflict::lww})
    for (int n = 1; n <= most_homes; ++n)
      for (int r = 1; r <= n; ++r)
        for (int w = 1; w <= n; ++w)
          for (int down = 0; down <= n; ++down) all.push_back({conflict, n, r, w, down});
  return all;
}

/// One more node than homes, so that somebody who is no home can be asked.
TestCluster with_homes_down(const Cell& cell) {
  Config config = quiet_config();
  config.conflict = cell.conflict;
  config.nodes = cell.n + 1;
  config.n = cell.n;
  config.r = cell.r;
  config.w = cell.w;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  for (int i = 0; i < cell.down; ++i) cluster.crash(homes[static_cast<std::size_t>(i)]);
  return cluster;
}

/// The last home, if it is up, and a node that is none.
std::vector<NodeIndex> whom_to_ask(TestCluster& cluster) {
  std::vector<NodeIndex> nodes{cluster.stranger("k")};
  if (cluster.up(cluster.homes("k").back())) nodes.push_back(cluster.homes("k").back());
  return nodes;
}

TEST(Availability, puts_succeed_exactly_when_w_homes_are_up) {
  for (const Cell& cell : cells()) {
    TestCluster cluster = with_homes_down(cell);
    for (const NodeIndex node : whom_to_ask(cluster)) {
      const ReplyToClient reply = cluster.put(node, "k", "\"v\"");
      const int up = cell.n - cell.down;
      EXPECT_EQ(!reply.error, up >= cell.w) << text(cell) << " via " << cluster.name(node);
      if (!reply.error) continue;
      // What nobody can have kept has failed; what somebody has is neither done nor undone.
      EXPECT_EQ(reply.error->kind, up == 0 ? ErrorKind::unavailable : ErrorKind::unknown_outcome)
          << text(cell);
    }
  }
}

TEST(Availability, gets_succeed_exactly_when_r_homes_are_up) {
  for (const Cell& cell : cells()) {
    TestCluster cluster = with_homes_down(cell);
    for (const NodeIndex node : whom_to_ask(cluster))
      EXPECT_EQ(!cluster.get(node, "k").error, cell.n - cell.down >= cell.r)
          << text(cell) << " via " << cluster.name(node);
  }
}

}  // namespace
}  // namespace fracas::store
