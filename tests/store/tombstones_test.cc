// When tombstones go: never, by age, or once nothing that they cover is left. (What each condition of the
// last is for: node_bugs_tombstones_test.cc.)
#include "store/tombstones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tombstone_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config dropping_by_age() {
  Config config = quiet_config();
  config.anti_entropy_ns = 100 * millisecond;
  config.gc = Gc::timeout;
  config.gc_after_ns = 500 * millisecond;
  return config;
}

double dropped(TestCluster& cluster) {
  double sum = 0;
  for (NodeIndex node = 0; node < static_cast<NodeIndex>(cluster.config.nodes); ++node)
    if (cluster.up(node)) sum += cluster.metric(node, "fracas_tombstones_dropped_total");
  return sum;
}

/// Put on all homes, seen, deleted.
void write_and_delete(TestCluster& cluster, const std::string& key) {
  ASSERT_FALSE(cluster.put(cluster.homes(key)[0], key, "1", "", 3).error);
  const auto seen = cluster.get(cluster.homes(key)[0], key, 3);
  ASSERT_FALSE(cluster.remove(cluster.homes(key)[0], key, seen.context).error);
}

TEST(Tombstones, are_kept_for_ever_unless_the_configuration_says_otherwise) {
  TestCluster cluster(quiet_config());
  write_and_delete(cluster, "k");
  cluster.pass(10'000 * second);
  EXPECT_THAT(cluster.state(0, "k"), HasSubstr("dots"));
}

TEST(Tombstones, go_everywhere_once_all_nodes_have_agreed_twice) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  write_and_delete(cluster, "k");
  cluster.pass(150 * millisecond);
  EXPECT_FALSE(nobody_has(cluster, "k")) << "before gc_after";
  cluster.pass(2 * second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
  EXPECT_EQ(dropped(cluster), 3);
  EXPECT_EQ(cluster.metric(0, "fracas_tombstones"), 0);
  for (NodeIndex node = 0; node < 3; ++node) {
    EXPECT_FALSE(cluster.disk(node).contains("kk")) << "the record of the key k";
    EXPECT_EQ(*cluster.node(node).merkle({}), *cluster.node(0).merkle({}));
  }
}

TEST(Tombstones, by_age_a_node_asks_nobody_and_who_was_away_for_longer_brings_the_value_back) {
  TestCluster cluster(dropping_by_age());
  ASSERT_FALSE(cluster.put(0, "k", "1", "", 3).error);
  cluster.crash(2);
  ASSERT_FALSE(cluster.remove(0, "k", cluster.get(0, "k").context).error);
  cluster.pass(2 * second);
  EXPECT_EQ(dropped(cluster), 2);
  cluster.restart(2);
  cluster.pass(second);
  EXPECT_THAT(cluster.get(0, "k").values, ElementsAre("1")) << "a resurrection, as documented";
}

TEST(Tombstones, by_age_a_tombstone_that_a_peer_gives_back_is_as_old_as_it_was) {
  Config config = dropping_by_age();
  config.gc_after_ns = 5 * second;
  TestCluster cluster(config);
  cluster.put(0, "k", "1", "", 3);
  cluster.fate = cut_off(2);
  cluster.remove(0, "k", cluster.get(0, "k").context);
  cluster.pass(second);
  cluster.fate = deliver_all;
  cluster.pass(6 * second);
  ASSERT_EQ(dropped(cluster), 2) << "the last home has heard of it later";
  cluster.pass(5 * second);
  EXPECT_TRUE(nobody_has(cluster, "k")) << "it does not go from hand to hand";
}

TEST(Tombstones, confirmed_ones_wait_for_a_home_that_is_away) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  ASSERT_FALSE(cluster.put(0, "k", "1", "", 3).error);
  cluster.crash(2);
  ASSERT_FALSE(cluster.remove(0, "k", cluster.get(0, "k").context).error);
  cluster.pass(10 * second);
  EXPECT_EQ(dropped(cluster), 0);
  cluster.restart(2);
  cluster.pass(5 * second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
}

TEST(Tombstones, confirmed_ones_wait_for_a_node_that_is_no_home_and_may_keep_a_hint) {
  Config config = confirming();
  config.nodes = 4;
  TestCluster cluster(config);
  cluster.pass(second);
  write_and_delete(cluster, "k");
  cluster.crash(cluster.stranger("k"));
  cluster.pass(10 * second);
  EXPECT_EQ(dropped(cluster), 0);
  cluster.restart(cluster.stranger("k"));
  cluster.pass(5 * second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
}

TEST(Tombstones, confirmed_ones_that_may_not_go_hold_up_no_others_though_they_are_more_than_one_round_takes) {
  Config config = confirming();
  config.hints = Hints::off;
  TestCluster cluster(config);
  cluster.pass(second);
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool exchange = std::holds_alternative<ExchangeRoots>(envelope.message);
    const auto* write = std::get_if<WriteRequest>(&envelope.message);
    const bool missed = write != nullptr && write->key != "z" && envelope.to == 2;
    return exchange || missed ? TestCluster::Fate::drop : TestCluster::Fate::deliver;
  };
  constexpr int many = 3600;  // of each node as the first home over 1000
  for (int i = 0; i < many; ++i) ASSERT_FALSE(cluster.remove(i % 2 == 0 ? 0 : 1, std::to_string(i)).error);
  ASSERT_FALSE(cluster.remove(0, "z").error);
  cluster.pass(5 * second);
  EXPECT_TRUE(nobody_has(cluster, "z"));
  EXPECT_EQ(dropped(cluster), 3);
  cluster.fate = deliver_all;
  cluster.pass(20 * second);
  EXPECT_EQ(cluster.metric(0, "fracas_tombstones"), 0);
  EXPECT_EQ(cluster.metric(2, "fracas_tombstones"), 0);
}

TEST(Tombstones, who_was_asleep_with_a_request_open_does_not_agree) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  write_and_delete(cluster, "k");
  const NodeIndex asker = cluster.homes("k")[0];
  const NodeIndex sleeper = cluster.homes("k")[1];
  cluster.pause(sleeper);
  cluster.pass(5 * second);
  cluster.resume(sleeper);
  EXPECT_EQ(dropped(cluster), 0);
  EXPECT_GT(cluster.metric(asker, "fracas_tombstones_kept_total"), 0);
}

TEST(Tombstones, a_key_that_was_written_again_meanwhile_stays) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  write_and_delete(cluster, "k");
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<TombstoneDrop>(envelope.message) ? TestCluster::Fate::hold
                                                                   : TestCluster::Fate::deliver;
  };
  for (int i = 0; i < 100 && cluster.held.empty(); ++i) cluster.pass(50 * millisecond);
  ASSERT_FALSE(cluster.held.empty());
  ASSERT_FALSE(cluster.put(1, "k", "2", "", 3).error);
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.pass(2 * second);
  for (NodeIndex node = 0; node < 3; ++node) EXPECT_THAT(cluster.state(node, "k"), HasSubstr("[2]"));
}

TEST(Tombstones, a_home_that_was_not_told_gives_its_tombstone_back_and_it_goes_another_time) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  write_and_delete(cluster, "k");
  const NodeIndex missed = cluster.homes("k")[2];
  int lost = 0;
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    const bool first = std::holds_alternative<TombstoneDrop>(envelope.message) && envelope.to == missed;
    return first && lost++ == 0 ? TestCluster::Fate::drop : TestCluster::Fate::deliver;
  };
  cluster.pass(10 * second);
  EXPECT_GE(lost, 2);
  EXPECT_TRUE(nobody_has(cluster, "k"));
}

TEST(Tombstones, a_copy_that_comes_too_late_is_not_merged) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool write = std::holds_alternative<WriteRequest>(envelope.message) && envelope.to == 2;
    return write ? TestCluster::Fate::hold : TestCluster::Fate::deliver;
  };
  ASSERT_FALSE(cluster.put(0, "k", "1").error);
  cluster.fate = deliver_all;
  cluster.pass(second);
  ASSERT_FALSE(cluster.remove(0, "k", cluster.get(0, "k", 3).context).error);
  cluster.pass(3 * second);
  ASSERT_TRUE(nobody_has(cluster, "k"));
  cluster.release_held();
  cluster.pass(second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
  EXPECT_GE(cluster.metric(2, "fracas_late_messages_total"), 1);
}

TEST(Tombstones, a_key_written_again_has_dots_that_nobody_knows) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  write_and_delete(cluster, "k");
  const std::string before = cluster.get(0, "k").clock;
  cluster.pass(3 * second);
  ASSERT_TRUE(nobody_has(cluster, "k"));
  const auto again = cluster.put(cluster.homes("k")[0], "k", "2");
  const auto context = nlohmann::json::parse(again.clock).at("context");
  const auto known = nlohmann::json::parse(before).at("context");
  for (const auto& [actor, events] : context.items()) EXPECT_FALSE(known.contains(actor)) << actor;
}

TEST(Tombstones, a_node_with_an_old_copy_of_its_disk_empties_it_before_anybody_gets_any_of_it) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  ASSERT_FALSE(cluster.put(0, "k", "1", "", 3).error);
  ASSERT_FALSE(cluster.put(0, "stays", "1", "", 3).error);
  const auto old = cluster.disk(2);
  ASSERT_FALSE(cluster.remove(0, "k", cluster.get(0, "k").context).error);
  cluster.pass(3 * second);
  ASSERT_TRUE(nobody_has(cluster, "k"));
  cluster.crash(2);
  cluster.disk(2) = old;
  cluster.restart(2);
  cluster.pass(3 * second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
  EXPECT_TRUE(cluster.node(2).voting());
  EXPECT_THAT(cluster.state(2, "stays"), HasSubstr("[1]"));
}

TEST(Tombstones, a_node_with_an_old_copy_of_its_disk_hands_over_no_hint_that_is_on_it) {
  Config config = confirming();
  config.hints = Hints::coordinator;
  TestCluster cluster(config);
  cluster.pass(second);
  cluster.fate = cut_off(2);
  ASSERT_FALSE(cluster.put(0, "k", "1").error);
  cluster.pass(second);
  ASSERT_EQ(cluster.metric(0, "fracas_hints_pending"), 1);
  const auto old = cluster.disk(0);
  cluster.fate = deliver_all;
  cluster.pass(second);
  ASSERT_FALSE(cluster.remove(0, "k", cluster.get(0, "k").context).error);
  cluster.pass(3 * second);
  ASSERT_TRUE(nobody_has(cluster, "k"));
  cluster.crash(0);
  cluster.disk(0) = old;
  cluster.restart(0);
  cluster.pass(3 * second);
  EXPECT_TRUE(nobody_has(cluster, "k"));
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 0);
}

TEST(Tombstones, a_node_that_does_not_know_yet_whether_its_disk_is_old_is_as_good_as_down) {
  TestCluster cluster(confirming());
  cluster.pass(second);
  ASSERT_FALSE(cluster.put(0, "k", "1", "", 3).error);
  cluster.crash(2);
  cluster.fate = cut_off(2);
  cluster.restart(2);
  const auto refused = cluster.get(2, "k", 1);
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->kind, ErrorKind::unavailable);
  cluster.fate = deliver_all;
  cluster.pass(second);
  EXPECT_THAT(cluster.get(2, "k", 3).values, ElementsAre("1"));
}

TEST(Tombstones, lww_ones_go_too) {
  for (Config config : {confirming(), dropping_by_age()}) {
    config.conflict = Conflict::lww;
    TestCluster cluster(config);
    cluster.pass(second);
    ASSERT_FALSE(cluster.put(0, "k", "1", "", 3).error);
    ASSERT_FALSE(cluster.remove(1, "k").error);
    cluster.pass(5 * second);
    EXPECT_TRUE(nobody_has(cluster, "k"));
    ASSERT_FALSE(cluster.put(1, "k", "2", "", 3).error);
    EXPECT_THAT(cluster.get(0, "k", 3).values, ElementsAre("2"));
  }
}

}  // namespace
}  // namespace fracas::store
