// A node whose disk takes no writes: it answers reads, refuses what would change it, and is no obstacle to
// the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/store/sloppy_cluster.h"
#include "tests/store/test_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;

Config three_with_hints() {
  Config config = quiet_config();
  config.hints = Hints::coordinator;
  return config;
}

TEST(ReadOnly, answers_reads_and_refuses_writes_and_says_that_nothing_was_done) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  cluster.reopen(0, /*read_only=*/true);
  EXPECT_THAT(cluster.get(0, "k").values, ElementsAre("1"));
  for (const ClientRequest& request : {put_request("k", "2"), remove_request("k")}) {
    const ReplyToClient reply = cluster.call(0, request);
    ASSERT_TRUE(reply.error);
    EXPECT_EQ(reply.error->kind, ErrorKind::read_only);
    EXPECT_THAT(reply.error->message, HasSubstr("the disk of n1"));
  }
  EXPECT_THAT(cluster.get(1, "k").values, ElementsAre("1")) << "nobody has heard of it";
  EXPECT_EQ(cluster.metric(0, "fracas_read_only"), 1);
  EXPECT_THAT(cluster.node(0).health(cluster.now(0)),
              HasSubstr(R"("degraded","reasons":[{"alarm":"read_only")"));
}

TEST(ReadOnly, declines_writes_of_peers_at_once_and_gets_them_as_hints_when_the_disk_is_back) {
  TestCluster cluster(three_with_hints());
  cluster.reopen(2, /*read_only=*/true);
  EXPECT_FALSE(cluster.put(0, "k", "1").error) << "two of three took it";
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 1) << "without waiting for a time-out";
  EXPECT_TRUE(cluster.disk(2).empty());
  cluster.pass(10 * second);
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 1);
  cluster.reopen(2, /*read_only=*/false);
  cluster.pass(3 * second);
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 0);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(ReadOnly, two_of_three_leave_a_write_of_unknown_outcome_also_if_one_was_asked_twice) {
  TestCluster cluster(quiet_config());
  // n2 takes it, and its answer is lost; then its disk is full, and the message comes again.
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    if (std::holds_alternative<WriteReply>(envelope.message)) return TestCluster::Fate::drop;
    const bool write = std::holds_alternative<WriteRequest>(envelope.message);
    return write && envelope.to == 2 ? TestCluster::Fate::refuse : TestCluster::Fate::deliver;
  };
  const RequestId put = cluster.send(0, put_request("k", "1"));
  cluster.run();
  ASSERT_FALSE(cluster.disk(1).empty());
  cluster.reopen(1, /*read_only=*/true);
  const auto again = std::find_if(cluster.sent.begin(), cluster.sent.end(), [](const auto& envelope) {
    return envelope.to == 1 && std::holds_alternative<WriteRequest>(envelope.message);
  });
  ASSERT_NE(again, cluster.sent.end());
  cluster.held.push_back(*again);
  cluster.release_held();
  cluster.pass(2 * second);
  ASSERT_NE(cluster.reply(put), nullptr);
  EXPECT_EQ(cluster.reply(put)->error->kind, ErrorKind::unknown_outcome);
}

TEST(ReadOnly, sends_no_hints_that_it_could_not_forget_and_keeps_none) {
  TestCluster cluster(three_with_hints());
  cluster.crash(2);
  cluster.put(0, "k", "1");
  ASSERT_EQ(cluster.metric(0, "fracas_hints_pending"), 1);
  cluster.reopen(0, /*read_only=*/true);
  cluster.restart(2);
  cluster.pass(3 * second);
  EXPECT_EQ(cluster.metric(0, "fracas_hints_pending"), 1);
  EXPECT_FALSE(cluster.agree("k"));
  cluster.reopen(0, /*read_only=*/false);
  cluster.pass(3 * second);
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(ReadOnly, is_passed_over_by_a_put_that_a_stranger_forwards) {
  Config config = quiet_config();
  config.nodes = 5;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.reopen(homes[0], /*read_only=*/true);
  EXPECT_FALSE(cluster.put(cluster.stranger("k"), "k", "1").error);
  cluster.reopen(cluster.stranger("k"), /*read_only=*/true);
  EXPECT_FALSE(cluster.put(cluster.stranger("k"), "k", "2").error) << "to pass it on takes no disk";
}

TEST(ReadOnly, as_a_stand_in_refuses_the_hint_and_the_next_one_is_called) {
  TestCluster cluster(sloppy_config());
  const auto homes = cluster.homes("k");
  const NodeIndex first = strangers(cluster, "k").front();
  cluster.crash(homes[1]);
  cluster.crash(homes[2]);
  cluster.reopen(first, /*read_only=*/true);
  const ReplyToClient reply = cluster.put(homes[0], "k", "1");
  EXPECT_FALSE(reply.error);
  EXPECT_EQ(reply.fallbacks, 1);
  EXPECT_GT(cluster.metric(first, R"(fracas_hints_dropped_total{reason="read-only"})"), 0);
  EXPECT_TRUE(cluster.disk(first).empty());
}

TEST(ReadOnly, holds_nothing_that_a_read_wants_written_back) {
  Config config = quiet_config();
  config.repair = Repair::abd;
  TestCluster cluster(config);
  cluster.fate = cut_off(2);
  cluster.put(0, "k", "1");
  cluster.fate = deliver_all;
  cluster.reopen(2, /*read_only=*/true);
  EXPECT_THAT(cluster.get(2, "k").values, ElementsAre("1")) << "n1 and n2 hold it";
  cluster.crash(1);
  EXPECT_TRUE(cluster.get(2, "k").error) << "of the two that are up only one can hold it";
  EXPECT_FALSE(cluster.disk(0).empty());
  EXPECT_TRUE(cluster.disk(2).empty());
}

TEST(ReadOnly, merges_nothing_and_tells_exchanges_what_it_has) {
  Config config = quiet_config();
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  cluster.put(0, "a", "1");
  cluster.fate = cut_off(0);
  cluster.put(1, "b", "1");
  cluster.reopen(0, /*read_only=*/true);
  cluster.fate = deliver_all;
  const auto before = cluster.disk(0);
  cluster.pass(10 * second);
  EXPECT_EQ(cluster.disk(0), before);
  cluster.crash(2);
  cluster.wipe_disk(2);
  cluster.restart(2);
  cluster.fate = cut_off(1);
  cluster.pass(10 * second);
  EXPECT_EQ(cluster.state(2, "a"), cluster.state(0, "a")) << "from n1 alone";
  cluster.fate = deliver_all;
  cluster.reopen(0, /*read_only=*/false);
  cluster.pass(10 * second);
  EXPECT_TRUE(cluster.agree("b"));
}

TEST(ReadOnly, with_catchup_votes_for_what_its_disk_holds) {
  Config config = quiet_config();
  config.rejoin = RejoinMode::catchup;
  TestCluster cluster(config);
  cluster.pass(2 * second);
  cluster.put(0, "k", "1");
  cluster.reopen(0, /*read_only=*/true);
  EXPECT_TRUE(cluster.node(0).voting());
  cluster.crash(2);
  EXPECT_THAT(cluster.get(1, "k").values, ElementsAre("1"));
  cluster.restart(2);
  cluster.pass(2 * second);
  cluster.reopen(0, /*read_only=*/false);
  cluster.pass(3 * second);
  for (NodeIndex node = 0; node < 3; ++node) EXPECT_TRUE(cluster.node(node).voting()) << node;
}

/// Any configuration that matters here, any traffic, any nodes read-only at any time: Node::step() aborts if
/// one wants a Persist; and when all disks are back, replicas agree.
RC_GTEST_PROP(ReadOnlyProperty, a_disk_that_takes_no_writes_gets_none, ()) {
  Config config = *rc::gen::element(0, 1) == 0 ? three_with_hints() : sloppy_config();
  config.anti_entropy_ns = second;
  config.repair = *rc::gen::element(Repair::none, Repair::async, Repair::blocking, Repair::abd);
  if (config.placement == Placement::sloppy && config.repair == Repair::abd) config.repair = Repair::async;
  config.rejoin = *rc::gen::element(RejoinMode::immediate, RejoinMode::catchup);
  if (config.placement == Placement::strict && *rc::gen::arbitrary<bool>()) {
    config.conflict = Conflict::lww;
    config.stamp = *rc::gen::element(StampSource::wall, StampSource::hlc, StampSource::query);
  }
  TestCluster cluster(config, *rc::gen::arbitrary<std::uint32_t>());
  cluster.pass(2 * second);
  const auto nodes = static_cast<std::uint32_t>(config.nodes);
  for (const std::uint32_t act :
       *rc::gen::container<std::vector<std::uint32_t>>(60, rc::gen::arbitrary<std::uint32_t>())) {
    const auto node = static_cast<NodeIndex>(act / 16 % nodes);
    const std::string key = "k" + std::to_string(act / 1024 % 3);
    switch (act % 8) {
      case 0:
      case 1:
        cluster.send(node, put_request(key, std::to_string(act)));
        break;
      case 2:
        cluster.send(node, get_request(key));
        break;
      case 3:
        cluster.send(node, remove_request(key));
        break;
      case 4:
        cluster.reopen(node, !cluster.node(node).read_only());
        break;
      case 5:
        cluster.fate = cut_off(node);
        break;
      case 6:
        cluster.fate = deliver_all;
        break;
      default:
        cluster.pass(second / 4);
    }
  }
  cluster.fate = deliver_all;
  for (NodeIndex node = 0; node < nodes; ++node)
    if (cluster.node(node).read_only()) cluster.reopen(node, false);
  cluster.pass(30 * second);
  for (const std::string key : {"k0", "k1", "k2"}) RC_ASSERT(cluster.agree(key));
}

}  // namespace
}  // namespace fracas::store
