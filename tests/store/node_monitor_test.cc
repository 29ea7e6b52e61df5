// What nodes of a cluster report of each other: divergences and their ages, stale replies, repairs by cause,
// siblings, and when /health complains.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/monitor.h"
#include "store/ring_document.h"
#include "test_cluster.h"

namespace fracas::store {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t second = 1'000'000'000;

std::string of_peer(const std::string& family, const std::string& peer) {
  return family + "{peer=\"" + peer + "\"}";
}
std::string by_cause(const std::string& cause) { return "fracas_repairs_total{cause=\"" + cause + "\"}"; }

json health(TestCluster& cluster, NodeIndex node) {
  return json::parse(cluster.node(node).health(cluster.now(node)));
}

std::vector<std::string> alarms(const json& health) {
  std::vector<std::string> names;
  for (const json& reason : health.at("reasons")) names.push_back(reason.at("alarm"));
  return names;
}

Config exchanging() {
  Config config = quiet_config();
  config.anti_entropy_ns = second;
  return config;
}

TEST(NodeMonitor, without_anti_entropy_a_key_that_nobody_reads_differs_for_longer_and_longer) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  ASSERT_FALSE(cluster.put(homes[0], "k", "1").error);
  cluster.restart(homes[2]);
  const std::string age = of_peer("fracas_divergence_oldest_age_seconds", cluster.name(homes[2]));
  for (const double least : {30.0, 60.0, 90.0}) {
    cluster.pass(30 * second);
    EXPECT_GE(cluster.metric(homes[0], age), least - 1);
  }
  EXPECT_EQ(cluster.metric(homes[0], of_peer("fracas_divergent_keys", cluster.name(homes[2]))), 1);
  const json complaint = health(cluster, homes[0]);
  EXPECT_EQ(complaint.at("status"), "degraded");
  EXPECT_THAT(alarms(complaint), ElementsAre("alarm_divergence"));
  EXPECT_THAT(complaint.at("reasons")[0].at("message").get<std::string>(),
              HasSubstr("1 keys are known to differ between " + cluster.name(homes[0]) + " and " +
                        cluster.name(homes[2])));
  EXPECT_THAT(cluster.node(homes[0]).divergences(cluster.now(homes[0])),
              ElementsAre(HasSubstr("\"key\":\"k\",\"age_ms\":9")));
}

TEST(NodeMonitor, a_read_that_repairs_ends_a_divergence_and_is_counted_by_its_kind) {
  for (const auto& [repair, cause] : {std::pair(Repair::async, "read-async"),
                                      {Repair::blocking, "read-blocking"},
                                      {Repair::abd, "read-abd"}}) {
    Config config = quiet_config();
    config.repair = repair;
    TestCluster cluster(config);
    const auto homes = cluster.homes("k");
    cluster.crash(homes[2]);
    ASSERT_FALSE(cluster.put(homes[0], "k", "1").error);
    cluster.restart(homes[2]);
    const std::string divergent = of_peer("fracas_divergent_keys", cluster.name(homes[2]));
    ASSERT_EQ(cluster.metric(homes[0], divergent), 1) << cause;
    ASSERT_THAT(cluster.get(homes[0], "k", 3).values, ElementsAre("1"));
    cluster.run();
    EXPECT_EQ(cluster.metric(homes[0], divergent), 0) << cause;
    EXPECT_EQ(cluster.metric(homes[0], by_cause(cause)), 1);
    EXPECT_EQ(cluster.metric(homes[0], "fracas_stale_replies_total"), 1);
    EXPECT_EQ(cluster.metric(homes[0], "fracas_read_replies_total"), 3);
    EXPECT_TRUE(cluster.agree("k"));
  }
}

TEST(NodeMonitor, reads_without_repair_find_the_same_home_behind_and_the_age_goes_on) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  ASSERT_FALSE(cluster.put(homes[0], "k", "1").error);
  cluster.pass(2 * second);
  cluster.fate = deliver_all;
  const std::string age = of_peer("fracas_divergence_oldest_age_seconds", cluster.name(homes[2]));
  for (int i = 1; i <= 3; ++i) {
    cluster.pass(10 * second);
    cluster.get(homes[0], "k", 3);
    EXPECT_GE(cluster.metric(homes[0], age), 10 * i);
  }
  EXPECT_EQ(cluster.metric(homes[0], "fracas_stale_replies_total"), 3);
  // Its own put tells who was behind before, and everybody has that.
  cluster.put(homes[0], "k", "2", cluster.get(homes[0], "k", 3).context, 3);
  cluster.get(homes[0], "k", 3);
  EXPECT_EQ(cluster.metric(homes[0], age), 0);
}

TEST(NodeMonitor, an_exchange_tells_how_much_differed_and_when_it_was) {
  TestCluster cluster(exchanging());
  cluster.pass(3 * second);
  cluster.fate = cut_off(2);
  for (int i = 0; i < 5; ++i) cluster.put(0, std::to_string(i), "1");
  cluster.pass(20 * second);
  const std::string compared = of_peer("fracas_exchange_age_seconds", "n3");
  EXPECT_GE(cluster.metric(0, compared), 19);
  cluster.fate = deliver_all;
  double most = 0;
  for (int i = 0; i < 30; ++i) {
    cluster.pass(second / 10);
    most = std::max(most, cluster.metric(2, of_peer("fracas_exchange_divergent_keys", "n1")) +
                              cluster.metric(0, of_peer("fracas_exchange_divergent_keys", "n3")) +
                              cluster.metric(1, of_peer("fracas_exchange_divergent_keys", "n3")) +
                              cluster.metric(2, of_peer("fracas_exchange_divergent_keys", "n2")));
  }
  EXPECT_GE(most, 5);
  EXPECT_LE(cluster.metric(0, compared), 3);
  EXPECT_EQ(cluster.metric(0, of_peer("fracas_divergent_keys", "n3")), 0);
  double given = 0;
  for (NodeIndex node = 0; node < 3; ++node) given += cluster.metric(node, by_cause("anti-entropy"));
  EXPECT_GE(given, 5);
  EXPECT_EQ(health(cluster, 0).at("status"), "ok");
}

TEST(NodeMonitor, a_peer_with_which_nothing_is_compared_any_more_degrades_health) {
  TestCluster cluster(exchanging());
  cluster.pass(3 * second);
  EXPECT_EQ(health(cluster, 0).at("status"), "ok");
  EXPECT_THAT(health(cluster, 0).at("reasons"), IsEmpty());
  cluster.crash(2);
  cluster.pass(62 * second);
  const json complaint = health(cluster, 0);
  EXPECT_THAT(alarms(complaint), ElementsAre("alarm_exchange"));
  EXPECT_THAT(complaint.at("reasons")[0].at("message").get<std::string>(),
              HasSubstr("anti-entropy has not compared everything with n3"));
  EXPECT_EQ(cluster.metric(0, "fracas_health_degraded"), 1);
  cluster.restart(2);
  cluster.pass(3 * second);
  EXPECT_EQ(health(cluster, 0).at("status"), "ok");
}

TEST(NodeMonitor, a_hint_that_waits_for_long_degrades_health_and_its_delivery_is_a_repair) {
  Config config = quiet_config();
  config.hints = Hints::coordinator;
  config.alarm_divergence_ns = 0;
  config.alarm_hint_ns = 30 * second;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  ASSERT_FALSE(cluster.put(homes[0], "k", "1").error);
  cluster.pass(29 * second);
  EXPECT_EQ(health(cluster, homes[0]).at("status"), "ok");
  cluster.pass(3 * second);
  EXPECT_THAT(alarms(health(cluster, homes[0])), ElementsAre("alarm_hint"));
  EXPECT_EQ(cluster.metric(homes[0], by_cause("hint")), 0);
  cluster.restart(homes[2]);
  cluster.pass(2 * second);
  EXPECT_EQ(cluster.metric(homes[0], by_cause("hint")), 1);
  EXPECT_EQ(cluster.metric(homes[0], of_peer("fracas_divergent_keys", cluster.name(homes[2]))), 0);
  EXPECT_EQ(health(cluster, homes[0]).at("status"), "ok");
}

TEST(NodeMonitor, too_many_stale_replies_degrade_health_until_they_are_past) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  ASSERT_FALSE(cluster.put(homes[0], "k", "1").error);
  cluster.restart(homes[2]);
  for (int i = 0; i < 40; ++i) cluster.get(homes[0], "k", 3);
  EXPECT_THAT(alarms(health(cluster, homes[0])), ElementsAre("alarm_stale_replies"));
  cluster.put(homes[0], "k", "2", cluster.get(homes[0], "k", 3).context, 3);
  cluster.get(homes[0], "k", 3);
  cluster.pass(4 * Monitor::window_ns);
  EXPECT_EQ(health(cluster, homes[0]).at("status"), "ok");
}

TEST(NodeMonitor, keys_are_counted_by_their_siblings_and_tombstones_apart) {
  TestCluster cluster(quiet_config());
  const auto of_class = [&](const std::string& siblings) {
    return cluster.metric(0, "fracas_keys_by_siblings{siblings=\"" + siblings + "\"}");
  };
  for (int i = 0; i < 12; ++i) cluster.put(0, "many", std::to_string(i));
  cluster.put(0, "two", "1");
  cluster.put(0, "two", "2");
  const auto one = cluster.put(0, "one", "1");
  const auto gone = cluster.put(0, "gone", "1");
  cluster.remove(0, "gone", gone.context);
  cluster.run();
  EXPECT_EQ(of_class("10+"), 1);
  EXPECT_EQ(of_class("5-9"), 0);
  EXPECT_EQ(of_class("2"), 1);
  EXPECT_EQ(of_class("1"), 1);
  EXPECT_EQ(cluster.metric(0, "fracas_tombstones"), 1);
  EXPECT_EQ(cluster.metric(0, "fracas_keys"), 4);
  EXPECT_EQ(cluster.metric(0, "fracas_values"), 15);
  EXPECT_EQ(cluster.metric(0, "fracas_siblings_max"), 12);
  cluster.crash(0);
  cluster.restart(0);
  EXPECT_EQ(of_class("10+"), 1) << "counted anew from the disk";
  EXPECT_EQ(cluster.metric(0, "fracas_values"), 15);
}

// --- inspection ---

TEST(Inspection, the_ring_names_every_token_with_its_homes_and_each_nodes_share) {
  Config config = quiet_config();
  config.nodes = 5;
  TestCluster cluster(config);
  const json ring = json::parse(cluster.node(1).ring());
  EXPECT_EQ(ring, json::parse(cluster.node(4).ring()));
  ASSERT_THAT(ring.at("ring"), SizeIs(partitions));
  double shares = 0;
  int owned = 0;
  for (const json& node : ring.at("nodes")) {
    shares += node.at("share").get<double>();
    owned += node.at("owns").get<int>();
  }
  EXPECT_NEAR(shares, 1, 0.001);
  EXPECT_EQ(owned, partitions);
  EXPECT_EQ(ring.at("ring")[1].at("from"), "0400000000000000");
  for (const char* key : {"a", "b", "c"}) {
    std::vector<std::string> homes;
    for (const NodeIndex home : cluster.homes(key)) homes.push_back(cluster.name(home));
    EXPECT_EQ(ring.at("ring")[static_cast<std::size_t>(partition_of(slot_of(key)))].at("homes"), json(homes));
  }
}

json lines(TestCluster& cluster, NodeIndex node, const MerkleQuery& query) {
  json all = json::array();
  const auto found = cluster.node(node).merkle(query);
  for (const std::string& line : *found) all.push_back(json::parse(line));
  return all;
}

TEST(Inspection, merkle_trees_lead_from_roots_that_differ_to_the_key) {
  TestCluster cluster(quiet_config());
  for (int i = 0; i < 20; ++i) cluster.put(0, std::to_string(i), "1", "", 3);
  ASSERT_EQ(lines(cluster, 0, {}), lines(cluster, 1, {}));
  cluster.fate = cut_off(2);
  cluster.put(0, "k", "1");
  cluster.run();
  const json mine = lines(cluster, 0, {.peer = "n3", .partition = {}, .bucket = {}});
  const json theirs = lines(cluster, 2, {.peer = "n1", .partition = {}, .bucket = {}});
  ASSERT_EQ(mine.size(), theirs.size());
  int different = -1;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i] == theirs[i]) continue;
    EXPECT_EQ(different, -1) << "one key, one partition";
    different = mine[i].at("partition");
  }
  EXPECT_EQ(different, partition_of(slot_of("k")));
  const int bucket = slot_of("k") % buckets_per_partition;
  EXPECT_THAT(lines(cluster, 0, {.peer = "", .partition = different, .bucket = {}}).dump(),
              HasSubstr("\"bucket\":" + std::to_string(bucket)));
  const json leaves = lines(cluster, 0, {.peer = "", .partition = different, .bucket = bucket});
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].at("key"), "k");
  EXPECT_EQ(leaves[0].at("leaf").get<std::string>().size(), 32U);
  EXPECT_EQ(leaves[0].at("clock").at("dots").size(), 1U);
  EXPECT_THAT(lines(cluster, 2, {.peer = "", .partition = different, .bucket = bucket}), IsEmpty());
}

TEST(Inspection, with_a_peer_only_partitions_that_both_hold_are_shown) {
  Config config = quiet_config();
  config.nodes = 5;
  config.n = 2;
  config.r = config.w = 1;
  TestCluster cluster(config);
  EXPECT_THAT(lines(cluster, 0, {.peer = "n3", .partition = {}, .bucket = {}}), IsEmpty());
  const RingDocument ring(5, {});
  EXPECT_THAT(lines(cluster, 0, {.peer = "n2", .partition = {}, .bucket = {}}),
              SizeIs(ring.shared(0, 1, 2).size()));
  EXPECT_THAT(lines(cluster, 0, {}), SizeIs(ring.shared(0, 0, 2).size()));
}

TEST(Inspection, a_merkle_query_that_names_no_place_is_refused_by_its_field) {
  TestCluster cluster(quiet_config());
  const auto refused = [&](const MerkleQuery& query) { return cluster.node(0).merkle(query).error().field; };
  EXPECT_EQ(refused({.peer = "n9", .partition = {}, .bucket = {}}), "peer");
  EXPECT_EQ(refused({.peer = "", .partition = 64, .bucket = {}}), "partition");
  EXPECT_EQ(refused({.peer = "", .partition = 1, .bucket = 1024}), "bucket");
  EXPECT_EQ(refused({.peer = "", .partition = {}, .bucket = 3}), "bucket");
}

}  // namespace
}  // namespace fracas::store
