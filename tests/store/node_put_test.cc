// Puts and deletes on a cluster without background activity: who is asked, when the answer comes, and what it
// says.
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

template <class M>
std::vector<NodeIndex> receivers(const TestCluster& cluster) {
  std::vector<NodeIndex> to;
  for (const auto& envelope : cluster.sent) {
    if (std::holds_alternative<M>(envelope.message)) to.push_back(envelope.to);
  }
  return to;
}

template <class M>
Fate drop_all(const TestCluster::Envelope& envelope) {
  return std::holds_alternative<M>(envelope.message) ? Fate::drop : Fate::deliver;
}

TEST(Put, goes_to_all_homes_before_any_answer_comes) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  const RequestId id = cluster.send(homes[0], put_request("k", "1"));
  EXPECT_THAT(receivers<WriteRequest>(cluster), UnorderedElementsAre(homes[1], homes[2]));
  EXPECT_EQ(cluster.reply(id), nullptr) << "w = 2, and only the local copy is there yet";
  cluster.run();
  ASSERT_NE(cluster.reply(id), nullptr);
  EXPECT_FALSE(cluster.reply(id)->error);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(Put, succeeds_with_w_acknowledgements_while_a_home_is_down) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[2] ? Fate::drop : Fate::deliver; };
  const auto reply = cluster.put(homes[0], "k", "1");
  EXPECT_FALSE(reply.error);
  EXPECT_EQ(reply.acks, 2);
  EXPECT_EQ(cluster.state(homes[2], "k"), R"({"key":"k","values":[],"clock":null})");
}

TEST(Put, without_w_acknowledgements_in_time_has_an_unknown_outcome) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.fate = drop_all<WriteRequest>;
  const auto reply = cluster.put(homes[0], "k", "1");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unknown_outcome);
  EXPECT_THAT(cluster.state(homes[0], "k"), HasSubstr(R"("values":[1])")) << "it did happen here";
}

TEST(Put, answers_all_siblings_its_own_first_and_a_context_that_covers_them) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1");
  const auto second = cluster.put(homes[1], "k", "2");
  EXPECT_EQ(second.values[0], "2");
  EXPECT_THAT(second.values, UnorderedElementsAre("1", "2"));
  const auto third = cluster.put(homes[2], "k", "3", second.context);
  EXPECT_THAT(third.values, ElementsAre("3"));
  EXPECT_THAT(cluster.get(homes[0], "k").values, ElementsAre("3"));
}

TEST(Put, at_a_node_without_a_copy_goes_to_one_home_only) {
  Config config = quiet_config();
  config.nodes = 5;
  TestCluster cluster(config);
  const auto reply = cluster.put(cluster.stranger("k"), "k", "1");
  EXPECT_FALSE(reply.error);
  EXPECT_THAT(receivers<ForwardRequest>(cluster), ElementsAre(cluster.homes("k")[0]));
  EXPECT_TRUE(cluster.agree("k"));
}

/// Five nodes, so that a key has nodes that are none of its homes.
Config wide_config() {
  Config config = quiet_config();
  config.nodes = 5;
  return config;
}

TEST(Forward, tries_the_next_home_only_when_certainly_nothing_went_out) {
  TestCluster cluster(wide_config());
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) {
    const bool first = envelope.to == homes[0] && std::holds_alternative<ForwardRequest>(envelope.message);
    return first ? Fate::refuse : Fate::deliver;
  };
  EXPECT_FALSE(cluster.put(cluster.stranger("k"), "k", "1").error);
  EXPECT_THAT(receivers<ForwardRequest>(cluster), ElementsAre(homes[0], homes[1]));
}

TEST(Forward, that_may_have_arrived_is_never_sent_to_a_second_home) {
  TestCluster cluster(wide_config());
  cluster.fate = drop_all<ForwardRequest>;
  const auto reply = cluster.put(cluster.stranger("k"), "k", "1");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unknown_outcome);
  EXPECT_THAT(receivers<ForwardRequest>(cluster), ElementsAre(cluster.homes("k")[0]));
}

TEST(Forward, prefers_a_home_that_is_not_suspected_until_it_is_heard_from) {
  TestCluster cluster(wide_config());
  const auto homes = cluster.homes("k");
  const NodeIndex stranger = cluster.stranger("k");
  cluster.fate = drop_all<ForwardRequest>;
  cluster.put(stranger, "k", "1");
  cluster.fate = [](const auto&) { return Fate::deliver; };
  cluster.sent.clear();
  cluster.put(stranger, "k", "2");
  EXPECT_THAT(receivers<ForwardRequest>(cluster), ElementsAre(homes[1]));
  cluster.get(stranger, "k");
  cluster.sent.clear();
  cluster.put(stranger, "k", "3");
  EXPECT_THAT(receivers<ForwardRequest>(cluster), ElementsAre(homes[0]));
}

TEST(Forward, with_no_home_in_reach_certainly_wrote_nothing) {
  TestCluster cluster(wide_config());
  for (const NodeIndex home : cluster.homes("k")) cluster.crash(home);
  const auto reply = cluster.put(cluster.stranger("k"), "k", "1");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unavailable);
}

TEST(Forward, hands_on_the_refusal_of_the_home) {
  Config config = wide_config();
  config.max_siblings = 1;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");
  EXPECT_FALSE(cluster.put(stranger, "k", "1").error);
  const auto reply = cluster.put(stranger, "k", "2");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::too_many_siblings);
}

TEST(Delete, with_the_context_of_a_read_removes_what_that_read_saw) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  const auto read = cluster.get(1, "k");
  const auto reply = cluster.remove(2, "k", read.context);
  EXPECT_FALSE(reply.error);
  EXPECT_THAT(reply.values, IsEmpty());
  const auto after = cluster.get(0, "k");
  EXPECT_THAT(after.values, IsEmpty());
  EXPECT_NE(after.context, "") << "what was deleted stays known";
}

TEST(Delete, leaves_a_concurrent_sibling_alone) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  const auto read = cluster.get(0, "k");
  cluster.put(1, "k", "2");
  EXPECT_THAT(cluster.remove(2, "k", read.context).values, ElementsAre("2"));
}

TEST(Delete, without_a_context_supersedes_nothing) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  EXPECT_THAT(cluster.remove(1, "k").values, ElementsAre("1"));
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("1"));
}

TEST(Put, after_a_delete_is_seen_again) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  const auto removed = cluster.remove(0, "k", cluster.get(0, "k").context);
  EXPECT_THAT(cluster.put(1, "k", "2", removed.context).values, ElementsAre("2"));
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("2"));
}

TEST(Put, over_the_limit_of_siblings_is_refused_and_changes_nothing) {
  Config config = quiet_config();
  config.max_siblings = 2;
  TestCluster cluster(config);
  cluster.put(0, "k", "1");
  cluster.put(0, "k", "2");
  const std::string before = cluster.state(0, "k");
  const auto reply = cluster.put(0, "k", "3");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::too_many_siblings);
  EXPECT_THAT(reply.error->message, HasSubstr("max_siblings = 2"));
  EXPECT_EQ(cluster.state(0, "k"), before);
  EXPECT_FALSE(cluster.put(0, "k", "3", cluster.get(0, "k").context).error) << "merging them is allowed";
}

TEST(Put, lww_is_stamped_where_it_arrives_and_the_greatest_stamp_wins_everywhere) {
  Config config = wide_config();
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");
  cluster.wall_skew_us[stranger] = 60'000'000;
  EXPECT_THAT(cluster.put(stranger, "k", "1").clock, HasSubstr("\"" + cluster.name(stranger) + "#"));
  EXPECT_THAT(receivers<ForwardRequest>(cluster), IsEmpty());
  EXPECT_FALSE(cluster.put(cluster.homes("k")[0], "k", "2").error);
  EXPECT_THAT(cluster.get(stranger, "k").values, ElementsAre("1")) << "the later write lost to a clock ahead";
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(Put, lww_with_no_home_in_reach_certainly_wrote_nothing) {
  Config config = wide_config();
  config.conflict = Conflict::lww;
  config.hints = Hints::coordinator;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");
  for (const NodeIndex home : cluster.homes("k")) cluster.crash(home);
  const auto reply = cluster.put(stranger, "k", "1");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unavailable);
  EXPECT_EQ(cluster.metric(stranger, "fracas_hints_pending"), 0) << "a hint would make it happen later";
}

TEST(Put, a_second_answer_of_a_node_does_not_count_twice) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[2] ? Fate::drop : Fate::hold; };
  ClientRequest request = put_request("k", "1");
  request.w = 3;
  const RequestId id = cluster.send(homes[0], request);
  cluster.held.push_back(cluster.held.at(0));
  cluster.fate = [](const auto&) { return Fate::deliver; };
  cluster.release_held();
  cluster.run();
  EXPECT_EQ(cluster.reply(id), nullptr) << "two homes of three, although three answers came";
}

TEST(Put, the_clock_names_its_own_dot_first) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  const auto reply = cluster.put(1, "k", "2");
  EXPECT_THAT(reply.clock, testing::StartsWith(R"({"dots":["n2#)"));
  EXPECT_THAT(reply.clock, HasSubstr(R"("n1#)"));
  const auto removed = cluster.remove(2, "k", reply.context);
  EXPECT_THAT(removed.clock, testing::StartsWith(R"({"dots":["n3#)"));
}

}  // namespace
}  // namespace fracas::store
