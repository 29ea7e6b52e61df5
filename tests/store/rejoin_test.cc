// A node that has lost state does not vote before it has caught up; one that has not, votes at once.
#include "store/rejoin.h"

#include <gtest/gtest.h>

#include "test_cluster.h"

namespace fracas::store {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1000 * ms;

Config catching_up(Fsync fsync = Fsync::always) {
  Config config = quiet_config();
  config.rejoin = RejoinMode::catchup;
  config.fsync = fsync;
  return config;
}

/// Three nodes that have found out that none of them has lost anything.
struct Settled : TestCluster {
  explicit Settled(const Config& given = catching_up()) : TestCluster(given) { pass(200 * ms); }
  bool all_vote() {
    for (NodeIndex node = 0; node < 3; ++node)
      if (!this->node(node).voting()) return false;
    return true;
  }
  /// Written everywhere but at `missing`.
  void put_without(NodeIndex missing, NodeIndex at, const std::string& value) {
    fate = cut_off(missing);
    EXPECT_FALSE(put(at, "k", value, get(at, "k").context).error);
    fate = deliver_all;
  }
};

TEST(Rejoin, a_new_cluster_votes_once_all_have_answered_each_other) {
  Settled cluster;
  EXPECT_TRUE(cluster.all_vote());
}

TEST(Rejoin, a_plain_restart_votes_at_once) {
  Settled cluster;
  cluster.put(0, "k", "1");
  cluster.crash(1);
  cluster.restart(1);
  cluster.pass(200 * ms);
  EXPECT_TRUE(cluster.node(1).voting());
}

TEST(Rejoin, an_empty_disk_neither_answers_reads_nor_counts_until_it_has_merged_from_both_others) {
  Settled cluster;
  cluster.put(0, "k", "1");
  cluster.put_without(2, 0, "2");
  cluster.crash(1);
  cluster.wipe_disk(1);
  cluster.restart(1);
  cluster.pass(200 * ms);
  EXPECT_FALSE(cluster.node(1).voting());
  cluster.fate = cut_off(0);
  EXPECT_TRUE(cluster.get(2, "k").error);
  EXPECT_TRUE(cluster.put(2, "k", "3").error);
  cluster.pass(5 * second);
  EXPECT_FALSE(cluster.node(1).voting()) << "n1, which has the write, has not been heard";
  cluster.fate = deliver_all;
  cluster.pass(3 * second);
  ASSERT_TRUE(cluster.node(1).voting());
  cluster.fate = cut_off(0);
  const auto values = cluster.get(2, "k").values;
  EXPECT_NE(std::find(values.begin(), values.end(), "2"), values.end());
}

TEST(Rejoin, an_old_copy_of_the_disk_fetches_what_it_lacks_before_it_votes) {
  Settled cluster(catching_up(Fsync::never));
  cluster.put(0, "k", "1");
  const auto copy = cluster.disk(0);
  cluster.put_without(2, 0, "2");
  cluster.crash(0);
  cluster.disk(0) = copy;
  cluster.restart(0);
  cluster.fate = cut_off(1);
  cluster.pass(3 * second);
  EXPECT_TRUE(cluster.get(0, "k").error) << "n2 remembers, and is away";
  cluster.fate = deliver_all;
  cluster.pass(3 * second);
  EXPECT_TRUE(cluster.node(0).voting());
  cluster.fate = cut_off(1);
  EXPECT_EQ(cluster.get(0, "k").values, (std::vector<std::string>{"2"}));
}

TEST(Rejoin, when_power_takes_something_from_everybody_they_put_together_what_is_left_and_vote) {
  Settled cluster(catching_up(Fsync::never));
  cluster.put(0, "k", "1");
  std::vector<std::map<std::string, std::string>> copies;
  for (NodeIndex node = 0; node < 3; ++node) copies.push_back(cluster.disk(node));
  cluster.put(0, "k", "2", cluster.get(0, "k").context);
  for (NodeIndex node = 0; node < 3; ++node) {
    cluster.crash(node);
    if (node != 2) cluster.disk(node) = copies[node];
  }
  for (NodeIndex node = 0; node < 3; ++node) cluster.restart(node);
  cluster.pass(5 * second);
  EXPECT_TRUE(cluster.all_vote());
  EXPECT_EQ(cluster.get(0, "k").values, (std::vector<std::string>{"2"}));
}

TEST(Rejoin, with_one_node_down_a_synced_disk_is_taken_at_its_word_after_the_longest_operation) {
  Settled cluster;
  cluster.put(0, "k", "1");
  cluster.crash(2);
  cluster.crash(1);
  cluster.restart(1);
  cluster.pass(500 * ms);
  EXPECT_FALSE(cluster.node(1).voting());
  cluster.pass(1 * second);
  EXPECT_TRUE(cluster.node(1).voting());
}

TEST(Rejoin, with_one_node_down_a_disk_that_is_not_synced_waits_for_it) {
  Settled cluster(catching_up(Fsync::never));
  cluster.put(0, "k", "1");
  cluster.crash(2);
  cluster.crash(1);
  cluster.restart(1);
  cluster.pass(10 * second);
  EXPECT_FALSE(cluster.node(1).voting());
  cluster.restart(2);
  cluster.pass(2 * second);
  EXPECT_TRUE(cluster.node(1).voting());
}

TEST(Rejoin, who_was_restarted_too_has_forgotten_and_is_merged_from) {
  Settled cluster;
  cluster.put(0, "k", "1");
  const auto copy = cluster.disk(0);
  cluster.put_without(2, 0, "2");
  cluster.crash(0);
  cluster.crash(1);
  cluster.disk(0) = copy;
  cluster.restart(1);
  cluster.restart(0);
  cluster.pass(500 * ms);
  EXPECT_FALSE(cluster.node(0).voting()) << "n2, which would know, does not remember";
  cluster.pass(2 * second);
  ASSERT_TRUE(cluster.node(0).voting());
  cluster.fate = cut_off(1);
  EXPECT_EQ(cluster.get(0, "k").values, (std::vector<std::string>{"2"}));
}

TEST(Rejoin, a_copy_from_before_a_loss_is_not_taken_for_a_later_one) {
  Settled cluster(catching_up(Fsync::never));
  for (int i = 0; i < 10; ++i) cluster.put(0, "k" + std::to_string(i), "1");
  const auto late_copy = cluster.disk(1);
  cluster.crash(1);
  cluster.wipe_disk(1);
  cluster.restart(1);
  cluster.pass(3 * second);
  ASSERT_TRUE(cluster.node(1).voting());
  cluster.crash(1);
  cluster.disk(1) = late_copy;
  cluster.restart(1);
  cluster.pass(200 * ms);
  EXPECT_FALSE(cluster.node(1).voting());
}

TEST(Rejoin, an_acknowledgement_of_a_predecessor_that_comes_late_is_not_counted) {
  Settled cluster(catching_up(Fsync::never));
  cluster.put(0, "k", "1");
  const auto copy = cluster.disk(1);
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool late = envelope.from == 1 && std::holds_alternative<WriteReply>(envelope.message);
    const bool away = envelope.to == 2 || envelope.from == 2;
    return late ? TestCluster::Fate::hold : away ? TestCluster::Fate::drop : TestCluster::Fate::deliver;
  };
  const RequestId put = cluster.send(0, put_request("k", "2", cluster.get(0, "k", 1).context));
  cluster.run();
  ASSERT_EQ(cluster.held.size(), 1U);
  cluster.crash(1);
  cluster.disk(1) = copy;
  cluster.restart(1);
  cluster.pass(100 * ms);
  cluster.release_held();
  cluster.run();
  EXPECT_EQ(cluster.reply(put), nullptr) << "n2 does not have it any more, and has been told so";
}

TEST(Rejoin, a_coordinator_that_was_paused_counts_nothing_when_its_time_is_over) {
  Settled cluster;
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<WriteReply>(envelope.message) ? TestCluster::Fate::hold
                                                                : TestCluster::Fate::deliver;
  };
  const RequestId put = cluster.send(0, put_request("k", "1"));
  cluster.run();
  ASSERT_EQ(cluster.held.size(), 2U);
  cluster.sleep(2 * second);
  cluster.release_held();
  cluster.run();
  ASSERT_NE(cluster.reply(put), nullptr);
  ASSERT_TRUE(cluster.reply(put)->error);
  EXPECT_EQ(cluster.reply(put)->error->kind, ErrorKind::unknown_outcome);
}

TEST(Rejoin, a_node_that_is_home_of_nothing_vouches_for_nobody_that_it_has_forgotten) {
  // It alone had been told by n1 that the put is on its disk; then both have lost their disks.
  Config config = catching_up();
  config.nodes = 4;
  config.spares = 1;
  TestCluster cluster(config);
  cluster.pass(second);
  ASSERT_FALSE(cluster.put(3, "k", "1").error);
  for (const NodeIndex node : std::vector<NodeIndex>{0, 3}) {
    cluster.crash(node);
    cluster.wipe_disk(node);
  }
  cluster.restart(3);
  cluster.pass(second);
  cluster.restart(0);
  cluster.run();
  EXPECT_FALSE(cluster.node(0).voting());
}

TEST(Rejoin, a_request_may_not_take_longer_than_who_has_lost_state_waits) {
  Settled cluster;
  cluster.crash(1);
  cluster.crash(2);
  ClientRequest request = get_request("k");
  request.timeout_ns = 30 * second;
  cluster.fate = [](const TestCluster::Envelope&) { return TestCluster::Fate::drop; };
  cluster.restart(1);
  cluster.restart(2);
  const RequestId get = cluster.send(0, request);
  cluster.pass(1100 * ms);
  EXPECT_NE(cluster.reply(get), nullptr);
}

TEST(Rejoin, a_node_that_is_interrupted_while_it_catches_up_goes_on_catching_up) {
  Settled cluster;
  cluster.put(0, "k", "1");
  cluster.crash(1);
  cluster.wipe_disk(1);
  cluster.restart(1);
  cluster.pass(200 * ms);
  cluster.crash(1);
  cluster.restart(1);
  cluster.pass(500 * ms);
  EXPECT_FALSE(cluster.node(1).voting());
  cluster.pass(2 * second);
  EXPECT_TRUE(cluster.node(1).voting());
}

TEST(Rejoin, a_damaged_disk_is_lost_state_also_where_nobody_is_asked) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  cluster.crash(1);
  cluster.wipe_disk(1);
  cluster.restart(1, /*disk_was_damaged=*/true);
  cluster.pass(500 * ms);
  EXPECT_FALSE(cluster.node(1).voting());
  cluster.crash(1);
  cluster.restart(1);
  EXPECT_FALSE(cluster.node(1).voting()) << "it is on the new disk that the old one was damaged";
  cluster.pass(2 * second);
  EXPECT_TRUE(cluster.node(1).voting());
  EXPECT_EQ(cluster.state(1, "k"), cluster.state(0, "k"));
}

TEST(Rejoin, immediate_keeps_no_sequence_and_votes) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  EXPECT_EQ(cluster.metric(0, "fracas_storage_sequence"), 0);
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0);
  EXPECT_TRUE(cluster.node(0).voting());
}

}  // namespace
}  // namespace fracas::store
