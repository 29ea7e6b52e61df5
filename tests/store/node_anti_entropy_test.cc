// Anti-entropy: replicas that differ become equal without any read, and an exchange counts when they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Fate = TestCluster::Fate;

constexpr std::int64_t second = 1'000'000'000;

Config exchanging() {
  Config config = quiet_config();
  config.anti_entropy_ns = second;
  config.w = 1;
  return config;
}

Fate deliver_all(const TestCluster::Envelope&) { return Fate::deliver; }
Fate drop_all(const TestCluster::Envelope&) { return Fate::drop; }

/// Nobody hears of what happens at a node until the returned cluster delivers again.
void apart(TestCluster& cluster, const std::function<void()>& story) {
  cluster.fate = drop_all;
  story();
  cluster.pass(3 * second);
  cluster.fate = deliver_all;
}

TEST(AntiEntropy, copies_what_a_replica_missed_without_any_read) {
  TestCluster cluster(exchanging());
  apart(cluster, [&] { cluster.put(0, "k", "1"); });
  EXPECT_FALSE(cluster.agree("k"));
  cluster.pass(3 * second);
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_THAT(cluster.state(2, "k"), HasSubstr("[1]"));
}

TEST(AntiEntropy, merges_three_replicas_that_all_differ) {
  TestCluster cluster(exchanging());
  apart(cluster, [&] {
    for (NodeIndex node = 0; node < 3; ++node) cluster.put(node, "k", std::to_string(node));
  });
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_THAT(cluster.get(0, "k").values, UnorderedElementsAre("0", "1", "2"));
}

TEST(AntiEntropy, copies_tombstones_instead_of_bringing_the_value_back) {
  TestCluster cluster(exchanging());
  const auto put = cluster.put(0, "k", "1");
  cluster.run();
  ASSERT_TRUE(cluster.agree("k"));
  apart(cluster, [&] { cluster.remove(0, "k", put.context); });
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_THAT(cluster.get(2, "k", 3).values, IsEmpty());
}

TEST(AntiEntropy, keeps_the_newer_version_whoever_initiates) {
  for (NodeIndex newer = 0; newer < 3; ++newer) {
    TestCluster cluster(exchanging());
    const auto put = cluster.put(0, "k", "1");
    cluster.run();
    apart(cluster, [&] { cluster.put(newer, "k", "2", put.context); });
    cluster.pass(5 * second);
    EXPECT_TRUE(cluster.agree("k"));
    EXPECT_THAT(cluster.get(0, "k", 3).values, ElementsAre("2"));
  }
}

TEST(AntiEntropy, works_for_last_write_wins) {
  Config config = exchanging();
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  cluster.wall_skew_us[0] = 60'000'000;
  apart(cluster, [&] {
    cluster.put(0, "k", "ahead");
    cluster.put(1, "k", "later");
  });
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("ahead"));
}

TEST(AntiEntropy, refills_a_wiped_replica_of_many_keys) {
  TestCluster cluster(exchanging());
  for (int i = 0; i < 1000; ++i) cluster.put(0, "k" + std::to_string(i), std::to_string(i));
  cluster.crash(1);
  cluster.wipe_disk(1);
  cluster.restart(1);
  cluster.pass(5 * second);
  EXPECT_EQ(cluster.node(1).keys().size(), 1000U);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(cluster.agree("k" + std::to_string(i)));
}

TEST(AntiEntropy, brings_large_states_over_in_several_walks) {
  TestCluster cluster(exchanging());
  const std::string large(1 << 20, '1');
  apart(cluster, [&] {
    for (int i = 0; i < 12; ++i) cluster.put(static_cast<NodeIndex>(i % 2), "k" + std::to_string(i), large);
  });
  cluster.pass(5 * second);
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(cluster.agree("k" + std::to_string(i)));
}

TEST(AntiEntropy, counts_an_exchange_only_when_both_sides_are_equal) {
  TestCluster cluster(exchanging());
  cluster.pass(3 * second);
  const int before = cluster.completed(0, 1);
  EXPECT_GT(before, 0) << "equal from the start";
  cluster.fate = [](const auto& envelope) {
    const bool states = std::holds_alternative<ExchangeStates>(envelope.message) ||
                        std::holds_alternative<ExchangePush>(envelope.message) ||
                        std::holds_alternative<WriteRequest>(envelope.message);
    return states ? Fate::drop : Fate::deliver;
  };
  cluster.put(0, "k", "1");
  cluster.pass(10 * second);
  EXPECT_EQ(cluster.completed(0, 1), before) << "compared, but not settled";
  cluster.fate = deliver_all;
  cluster.pass(5 * second);
  EXPECT_GT(cluster.completed(0, 1), before);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(AntiEntropy, goes_on_with_others_while_a_peer_is_down_and_with_it_when_it_is_back) {
  TestCluster cluster(exchanging());
  cluster.crash(2);
  cluster.pass(3 * second);
  EXPECT_GT(cluster.completed(0, 1), 0);
  EXPECT_EQ(cluster.completed(0, 2), 0);
  cluster.restart(2);
  cluster.pass(3 * second);
  EXPECT_GT(cluster.completed(0, 2), 0);
}

TEST(AntiEntropy, is_quiet_once_replicas_are_equal) {
  TestCluster cluster(exchanging());
  for (int i = 0; i < 20; ++i) cluster.put(0, "k" + std::to_string(i), "1");
  cluster.pass(3 * second);
  cluster.sent.clear();
  cluster.pass(10 * second);
  for (const auto& envelope : cluster.sent) {
    EXPECT_TRUE(std::holds_alternative<ExchangeRoots>(envelope.message) ||
                std::holds_alternative<ExchangeBuckets>(envelope.message));
  }
}

TEST(AntiEntropy, sends_the_roots_of_all_shared_partitions_in_one_message) {
  TestCluster cluster(exchanging());
  cluster.pass(2 * second);
  for (const auto& envelope : cluster.sent) {
    const auto* roots = std::get_if<ExchangeRoots>(&envelope.message);
    EXPECT_TRUE(roots == nullptr || roots->roots.size() == 64U);
  }
}

TEST(AntiEntropy, reports_only_peers_with_partitions_in_common) {
  Config config = exchanging();
  config.nodes = 9;
  TestCluster cluster(config);
  cluster.pass(3 * second);
  EXPECT_GT(cluster.completed(0, 1), 0);
  EXPECT_EQ(cluster.completed(0, 4), -1);
}

}  // namespace
}  // namespace fracas::store
