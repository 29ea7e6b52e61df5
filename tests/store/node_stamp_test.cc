// Where the stamps of last write wins come from, as stories on a cluster: who wins, what is refused, and what
// a write waits for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;
using testing::ElementsAre;
using testing::HasSubstr;

Config stamped_by(StampSource source, Repair repair = Repair::none) {
  Config config = quiet_config();
  config.conflict = Conflict::lww;
  config.stamp = source;
  config.repair = repair;
  return config;
}

ClientRequest put_with(const std::string& value, std::optional<std::int64_t> stamp_us,
                       std::optional<std::int64_t> seen_us = {}) {
  ClientRequest request = put_request("k", value);
  request.stamp_us = stamp_us;
  request.seen_us = seen_us;
  return request;
}

/// What a read returns after a slow clock wrote later.
std::string after_a_slow_clock(Config config) {
  TestCluster cluster(std::move(config));
  cluster.wall_skew_us[1] = -60'000'000;
  EXPECT_FALSE(cluster.put(0, "k", "1").error);
  EXPECT_FALSE(cluster.put(1, "k", "2").error);
  return joined(cluster.get(2, "k").values);
}

TEST(Stamps, of_a_slow_wall_clock_lose_a_later_write) {
  EXPECT_EQ(after_a_slow_clock(stamped_by(StampSource::wall)), "1");
}

TEST(Stamps, that_were_asked_of_a_quorum_lose_none) {
  EXPECT_EQ(after_a_slow_clock(stamped_by(StampSource::query)), "2");
}

TEST(Stamps, of_a_hybrid_clock_follow_what_the_node_has_heard) {
  EXPECT_EQ(after_a_slow_clock(stamped_by(StampSource::hlc)), "1") << "60 s are over max_clock_offset";
  TestCluster cluster(stamped_by(StampSource::hlc));
  cluster.wall_skew_us[0] = 400'000;
  cluster.put(0, "k", "1");
  cluster.put(1, "k", "2");
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("2")) << "n1 told its clock with its first message";
}

TEST(Stamps, of_a_hybrid_clock_follow_the_session_where_nodes_did_not_talk) {
  Config config = stamped_by(StampSource::hlc);
  config.nodes = 5;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");
  cluster.wall_skew_us[stranger] = -400'000;
  const auto first = cluster.put(cluster.homes("k")[0], "k", "1");
  const auto seen = std::stoll(first.clock.substr(1));
  const auto second_put = cluster.call(stranger, put_with("2", {}, seen));
  EXPECT_FALSE(second_put.error);
  EXPECT_GT(std::stoll(second_put.clock.substr(1)), seen);
}

TEST(Stamps, a_session_from_the_future_is_refused_before_anything_is_written) {
  TestCluster cluster(stamped_by(StampSource::hlc));
  const auto reply = cluster.call(0, put_with("1", {}, std::int64_t{1} << 60));
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unavailable);
  EXPECT_EQ(reply.error->field, "seen");
  EXPECT_EQ(cluster.sent.size(), 0U);
}

TEST(Stamps, of_the_client_decide_whatever_the_nodes_clocks_say) {
  TestCluster cluster(stamped_by(StampSource::client));
  EXPECT_FALSE(cluster.call(0, put_with("1", 2000)).error);
  EXPECT_FALSE(cluster.call(1, put_with("2", 1000)).error);
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("1"));
}

TEST(Stamps, of_a_client_in_the_far_future_are_refused) {
  TestCluster cluster(stamped_by(StampSource::client));
  const std::int64_t hour_ahead = 1'700'003'600'000'000;
  const auto reply = cluster.call(0, put_with("1", hour_ahead));
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unavailable);
  EXPECT_THAT(reply.error->message, HasSubstr("max_clock_offset"));
  EXPECT_EQ(cluster.sent.size(), 0U);
}

TEST(Stamps, are_asked_for_where_they_count_and_refused_where_they_do_not) {
  TestCluster of_client(stamped_by(StampSource::client));
  EXPECT_EQ(of_client.put(0, "k", "1").error->field, "stamp");
  TestCluster of_wall(stamped_by(StampSource::wall));
  EXPECT_EQ(of_wall.call(0, put_with("1", 1000)).error->field, "stamp");
  EXPECT_EQ(of_wall.call(0, put_with("1", {}, 1000)).error->field, "seen");
  TestCluster of_query(stamped_by(StampSource::query));
  EXPECT_EQ(of_query.call(0, put_with("1", {}, -1)).error->field, "seen");
  ClientRequest read = get_request("k");
  read.seen_us = 5;
  EXPECT_EQ(of_query.call(0, read).error->field, "seen");
}

TEST(Stamps, a_write_that_hears_too_few_stamps_has_certainly_not_happened) {
  TestCluster cluster(stamped_by(StampSource::query));
  cluster.crash(1);
  cluster.crash(2);
  const auto refused = cluster.put(0, "k", "1");
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->kind, ErrorKind::unavailable);
  cluster.restart(1);
  cluster.fate = cut_off(1);
  EXPECT_EQ(cluster.put(0, "k", "1").error->kind, ErrorKind::unavailable) << "after the time-out";
  EXPECT_TRUE(cluster.get(0, "k", 1).values.empty());
}

TEST(Stamps, a_query_counts_each_home_once) {
  TestCluster cluster(stamped_by(StampSource::query));
  cluster.fate = [&](const auto& envelope) {
    if (std::holds_alternative<StampReply>(envelope.message)) cluster.held.push_back(envelope);
    return envelope.from == 2 ? Fate::drop : Fate::deliver;
  };
  ClientRequest request = put_request("k", "1");
  cluster.put(0, "k", "1");
  cluster.release_held();
  cluster.run();
  EXPECT_EQ(cluster.metric(0, "fracas_requests_in_flight"), 1) << "the write, which waits for its last home";
}

TEST(Stamps, what_passes_a_stamped_value_on_never_stamps_it_again) {
  Config config = stamped_by(StampSource::hlc, Repair::abd);
  config.hints = Hints::coordinator;
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  cluster.fate = cut_off(2);
  const auto put = cluster.put(0, "k", "1");
  cluster.pass(3 * second);
  cluster.fate = deliver_all;
  cluster.get(2, "k");
  cluster.pass(5 * second);
  for (NodeIndex node = 0; node < 3; ++node)
    EXPECT_THAT(cluster.state(node, "k"), HasSubstr("\"clock\":" + put.clock));
}

TEST(Stamps, a_commit_wait_comes_before_anybody_can_see_the_write) {
  TestCluster cluster(stamped_by(StampSource::truetime));
  const RequestId id = cluster.send(0, put_request("k", "1"));
  cluster.run();
  EXPECT_EQ(cluster.sent.size(), 0U);
  cluster.pass(9'000'000);
  EXPECT_EQ(cluster.sent.size(), 0U) << "2 * clock_error = 10 ms";
  cluster.pass(2'000'000);
  ASSERT_NE(cluster.reply(id), nullptr);
  EXPECT_FALSE(cluster.reply(id)->error);
}

TEST(Stamps, a_clock_that_does_not_get_past_the_stamp_refuses_the_write) {
  TestCluster cluster(stamped_by(StampSource::truetime));
  cluster.put(0, "k", "1");
  cluster.wall_skew_us[0] = -60'000'000;
  const auto refused = cluster.put(0, "k", "2");
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->kind, ErrorKind::unavailable);
  EXPECT_THAT(cluster.get(1, "k").values, ElementsAre("1"));
}

TEST(Stamps, within_the_clock_error_lose_no_later_write_and_beyond_it_they_do) {
  Config config = stamped_by(StampSource::truetime);
  config.clock_error_ns = 50'000'000;
  for (const bool within : {true, false}) {
    TestCluster cluster(config);
    cluster.wall_skew_us[0] = within ? 50'000 : 200'000;
    cluster.wall_skew_us[1] = within ? -50'000 : -200'000;
    EXPECT_FALSE(cluster.put(0, "k", "1").error);
    EXPECT_FALSE(cluster.put(1, "k", "2").error);
    EXPECT_THAT(cluster.get(2, "k").values, ElementsAre(within ? "2" : "1"));
  }
}

TEST(Repair, is_chosen_for_each_read) {
  TestCluster cluster(stamped_by(StampSource::wall, Repair::none));
  cluster.fate = cut_off(2);
  cluster.put(0, "k", "1");
  cluster.fate = deliver_all;
  cluster.get(2, "k", 2);
  EXPECT_THAT(cluster.state(2, "k"), HasSubstr("\"values\":[]"));
  ClientRequest read = get_request("k");
  read.repair = Repair::abd;
  EXPECT_THAT(cluster.call(2, read).values, ElementsAre("1"));
  EXPECT_THAT(cluster.state(2, "k"), HasSubstr("\"values\":[1]"));
  ClientRequest write = put_request("k", "2");
  write.repair = Repair::abd;
  EXPECT_EQ(cluster.call(0, write).error->field, "repair");
}

}  // namespace
}  // namespace fracas::store
