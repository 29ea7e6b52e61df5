// Coordinator hints: what a home missed is kept until that home has it on its disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/hinted_handoff.h"
#include "test_cluster.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;
using Fate = TestCluster::Fate;

constexpr std::int64_t second = 1'000'000'000;

Config hints_only() {
  Config config = quiet_config();
  config.hints = Hints::coordinator;
  return config;
}

TEST(Hints, never_count_towards_w) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[1]);
  cluster.crash(homes[2]);
  const auto reply = cluster.put(homes[0], "k", "1");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unknown_outcome);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 2);
}

TEST(Hints, are_kept_for_a_home_that_is_down_and_delivered_when_it_is_back) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  EXPECT_FALSE(cluster.put(homes[0], "k", "1").error);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 1);
  cluster.restart(homes[2]);
  cluster.pass(second);
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 0);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_delivered_total"), 1);
}

TEST(Hints, are_kept_for_a_home_that_did_not_answer_in_time) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.pass(2 * second);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 1);
  cluster.fate = deliver_all;
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(Hints, are_delivered_as_soon_as_the_home_is_heard_from) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.restart(homes[2]);
  cluster.get(homes[2], "k");
  EXPECT_TRUE(cluster.agree("k")) << "no time has passed but that of the messages";
}

TEST(Hints, stay_until_the_home_has_acknowledged_them) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.restart(homes[2]);
  cluster.fate = [&](const auto& envelope) {
    return std::holds_alternative<WriteReply>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.agree("k")) << "it arrived";
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 1) << "but nobody said so";
  cluster.fate = deliver_all;
  cluster.pass(5 * second);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 0);
}

TEST(Hints, survive_a_crash_of_their_keeper) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.crash(homes[0]);
  cluster.restart(homes[0]);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 1);
  cluster.restart(homes[2]);
  cluster.pass(second);
  EXPECT_TRUE(cluster.agree("k"));
  cluster.crash(homes[0]);
  cluster.restart(homes[0]);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 0) << "delivered ones are gone from the disk";
}

TEST(Hints, for_one_key_merge_and_a_newer_one_is_not_lost_to_the_answer_for_an_older) {
  TestCluster cluster(hints_only());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.fate = [&](const auto& envelope) {
    return std::holds_alternative<WriteReply>(envelope.message) && envelope.from == homes[2] ? Fate::hold
                                                                                             : Fate::deliver;
  };
  cluster.restart(homes[2]);
  cluster.get(homes[2], "k");  // the first hint is under way, its answer is held
  ASSERT_FALSE(cluster.held.empty());
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "2", first.context);
  cluster.restart(homes[2]);
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.run();
  cluster.pass(5 * second);
  EXPECT_THAT(cluster.state(homes[2], "k"), HasSubstr("[2]"));
  EXPECT_EQ(cluster.metric(homes[0], "fracas_hints_pending"), 0);
}

TEST(Hints, many_for_one_home_all_arrive) {
  TestCluster cluster(hints_only());
  cluster.crash(2);
  for (int i = 0; i < 500; ++i) cluster.put(0, "k" + std::to_string(i), "1");
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 500);
  cluster.restart(2);
  cluster.pass(second);
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 0);
  EXPECT_EQ(cluster.node(2).keys().size(), 500U);
}

TEST(Hints, over_the_limit_are_refused_but_what_is_kept_does_not_fall_behind) {
  Config config = hints_only();
  config.hint_quota_bytes = 1000;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  const auto first = cluster.put(homes[0], "k", "1");
  const std::string large(100, '1');
  for (int i = 0; i < 18; ++i) cluster.put(homes[0], "other" + std::to_string(i), large);
  ASSERT_GT(cluster.metric(homes[0], "fracas_hints_dropped_total{reason=\"quota\"}"), 0);
  cluster.put(homes[0], "k", "2", first.context);
  cluster.restart(homes[2]);
  cluster.pass(second);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(Hints, switched_off_are_not_kept) {
  TestCluster cluster(quiet_config());
  cluster.crash(2);
  cluster.put(0, "k", "1");
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 0);
}

}  // namespace
}  // namespace fracas::store
