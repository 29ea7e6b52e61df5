// Gets: the newest of r replies whatever their order, and stale replicas repaired behind the answer or, where
// the configuration says so, before it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "test_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Fate = TestCluster::Fate;

/// All homes have 6, all but the last have 7.
void make_last_home_stale(TestCluster& cluster, const std::string& key) {
  const auto homes = cluster.homes(key);
  const auto first = cluster.put(homes[0], key, "6");
  cluster.fate = cut_off(homes.back());
  cluster.put(homes[0], key, "7", first.context);
  cluster.pass(2'000'000'000);
  cluster.fate = deliver_all;
  ASSERT_THAT(cluster.state(homes.back(), key), HasSubstr("[6]"));
}

TEST(Get, returns_the_newest_for_every_pair_of_homes_that_answers_first) {
  for (const Conflict conflict : {Conflict::siblings, Conflict::lww}) {
    for (std::size_t slow = 0; slow < 3; ++slow) {
      for (NodeIndex coordinator = 0; coordinator < 3; ++coordinator) {
        Config config = quiet_config();
        config.conflict = conflict;
        TestCluster cluster(config);
        const auto homes = cluster.homes("k");
        if (homes[slow] == coordinator) continue;
        if (conflict == Conflict::siblings) {
          make_last_home_stale(cluster, "k");
        } else {
          cluster.put(homes[0], "k", "6");
          cluster.fate = cut_off(homes.back());
          cluster.put(homes[0], "k", "7");
          cluster.pass(2'000'000'000);
        }
        cluster.fate = cut_off(homes[slow]);
        EXPECT_THAT(cluster.get(coordinator, "k", 2).values, ElementsAre("7"));
      }
    }
  }
}

TEST(Get, asks_all_homes_at_once_and_answers_at_r) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1");
  cluster.sent.clear();
  const RequestId id = cluster.send(homes[0], get_request("k"));
  EXPECT_EQ(cluster.sent.size(), 2U);
  EXPECT_EQ(cluster.reply(id), nullptr);
  cluster.run();
  EXPECT_EQ(cluster.reply(id)->acks, 2);
}

TEST(Get, with_fewer_than_r_answers_times_out) {
  TestCluster cluster(quiet_config());
  cluster.fate = [](const auto&) { return Fate::drop; };
  const auto reply = cluster.get(0, "k");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::timeout);
}

TEST(Get, at_a_node_without_a_copy_and_no_home_in_reach_is_unavailable) {
  Config config = quiet_config();
  config.nodes = 5;
  TestCluster cluster(config);
  for (const NodeIndex home : cluster.homes("k")) cluster.crash(home);
  EXPECT_EQ(cluster.get(cluster.stranger("k"), "k").error->kind, ErrorKind::unavailable);
}

TEST(Get, of_a_key_that_nobody_wrote_has_no_values_no_context_and_no_clock) {
  TestCluster cluster(quiet_config());
  const auto reply = cluster.get(0, "k");
  EXPECT_FALSE(reply.error);
  EXPECT_THAT(reply.values, IsEmpty());
  EXPECT_EQ(reply.context, "");
  EXPECT_EQ(reply.clock, "null");
}

TEST(Get, returns_concurrent_values_as_siblings_until_somebody_merges_them) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "k", "1");
  cluster.put(1, "k", "2");
  const auto read = cluster.get(2, "k");
  EXPECT_THAT(read.values, UnorderedElementsAre("1", "2"));
  cluster.put(2, "k", "3", read.context);
  EXPECT_THAT(cluster.get(0, "k").values, ElementsAre("3"));
}

TEST(ReadRepair, writes_the_newest_back_to_the_stale_home) {
  Config config = quiet_config();
  config.repair = Repair::async;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  EXPECT_THAT(cluster.get(homes[0], "k", 2).values, ElementsAre("7"));
  EXPECT_TRUE(cluster.agree("k")) << "the third reply came after the answer and was repaired all the same";
  EXPECT_EQ(cluster.metric(homes[0], "fracas_read_repairs_total"), 1);
  cluster.get(homes[0], "k", 3);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_read_repairs_total"), 1) << "nothing is repaired twice";
}

TEST(ReadRepair, repairs_the_coordinator_itself) {
  Config config = quiet_config();
  config.repair = Repair::async;
  TestCluster cluster(config);
  make_last_home_stale(cluster, "k");
  cluster.get(cluster.homes("k").back(), "k");
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(ReadRepair, spreads_tombstones) {
  Config config = quiet_config();
  config.repair = Repair::async;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  const auto put = cluster.put(homes[0], "k", "1");
  cluster.fate = cut_off(homes[2]);
  cluster.remove(homes[0], "k", put.context);
  cluster.pass(2'000'000'000);
  cluster.fate = deliver_all;
  ASSERT_THAT(cluster.state(homes[2], "k"), HasSubstr("[1]"));
  EXPECT_THAT(cluster.get(homes[2], "k", 3).values, IsEmpty());
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(ReadRepair, merges_siblings_instead_of_choosing_one) {
  Config config = quiet_config();
  config.repair = Repair::async;
  config.w = 1;
  TestCluster cluster(config);
  cluster.fate = [](const auto&) { return Fate::drop; };
  for (NodeIndex node = 0; node < 3; ++node) cluster.put(node, "k", std::to_string(node));
  cluster.pass(2'000'000'000);
  cluster.fate = deliver_all;
  EXPECT_THAT(cluster.get(0, "k", 3).values, UnorderedElementsAre("0", "1", "2"));
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(ReadRepair, switched_off_still_counts_stale_replies) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.get(homes[0], "k", 3);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_stale_replies_total"), 1);
  EXPECT_EQ(cluster.metric(homes[0], "fracas_read_repairs_total"), 0);
  EXPECT_FALSE(cluster.agree("k"));
}

Config waiting_for(Repair repair) {
  Config config = quiet_config();
  config.repair = repair;
  return config;
}

/// Messages of the kind `Kind` to the node are held, all others arrive.
template <class Kind>
auto hold_to(NodeIndex node) {
  return [node](const TestCluster::Envelope& envelope) {
    return envelope.to == node && std::holds_alternative<Kind>(envelope.message) ? Fate::hold : Fate::deliver;
  };
}

std::size_t sent_back(const TestCluster& cluster) {
  return static_cast<std::size_t>(
      std::count_if(cluster.sent.begin(), cluster.sent.end(), [](const TestCluster::Envelope& envelope) {
        return std::holds_alternative<WriteRequest>(envelope.message);
      }));
}

TEST(BlockingRepair, answers_only_when_the_stale_homes_that_it_heard_have_acknowledged) {
  TestCluster cluster(waiting_for(Repair::blocking));
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    if (envelope.to == homes[1]) return Fate::drop;  // the reader hears itself and the stale home only
    return hold_to<WriteRequest>(homes[2])(envelope);
  };
  const RequestId id = cluster.send(homes[0], get_request("k"));
  cluster.run();
  EXPECT_EQ(cluster.reply(id), nullptr);
  cluster.release_held();
  cluster.run();
  ASSERT_NE(cluster.reply(id), nullptr);
  EXPECT_THAT(cluster.reply(id)->values, ElementsAre("7"));
  EXPECT_THAT(cluster.state(homes[2], "k"), HasSubstr("[7]"));
}

TEST(BlockingRepair, of_equal_replies_sends_nothing_and_waits_for_nothing) {
  for (const Repair repair : {Repair::blocking, Repair::abd}) {
    TestCluster cluster(waiting_for(repair));
    const auto homes = cluster.homes("k");
    cluster.put(homes[0], "k", "1");
    cluster.sent.clear();
    EXPECT_THAT(cluster.get(homes[1], "k", 2).values, ElementsAre("1"));
    EXPECT_EQ(sent_back(cluster), 0U);
  }
}

TEST(BlockingRepair, still_repairs_a_home_that_replies_late_and_waits_for_it_no_longer) {
  TestCluster cluster(waiting_for(Repair::blocking));
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.fate = hold_to<ReadRequest>(homes[2]);
  EXPECT_THAT(cluster.get(homes[0], "k", 2).values, ElementsAre("7"));
  EXPECT_FALSE(cluster.agree("k"));
  cluster.release_held();
  cluster.run();
  EXPECT_TRUE(cluster.agree("k"));
}

TEST(BlockingRepair, that_is_not_acknowledged_in_time_fails_the_read_as_timed_out) {
  for (const Fate fate : {Fate::drop, Fate::refuse}) {
    TestCluster cluster(waiting_for(Repair::blocking));
    const auto homes = cluster.homes("k");
    make_last_home_stale(cluster, "k");
    cluster.fate = [&](const TestCluster::Envelope& envelope) {
      if (envelope.to == homes[1]) return Fate::drop;
      return std::holds_alternative<WriteRequest>(envelope.message) ? fate : Fate::deliver;
    };
    const auto reply = cluster.get(homes[0], "k", 2);
    ASSERT_TRUE(reply.error);
    EXPECT_EQ(reply.error->kind, ErrorKind::timeout);
    EXPECT_THAT(reply.error->message, HasSubstr("1 of the 2 homes"));
    cluster.pass(2'000'000'000);
    EXPECT_EQ(cluster.metric(homes[0], "fracas_requests_in_flight"), 0);
  }
}

TEST(BlockingRepair, writes_the_reader_s_own_stale_copy_before_it_answers) {
  TestCluster cluster(waiting_for(Repair::blocking));
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.fate = cut_off(homes[1]);
  EXPECT_THAT(cluster.get(homes[2], "k", 2).values, ElementsAre("7"));
  EXPECT_THAT(cluster.state(homes[2], "k"), HasSubstr("[7]"));
}

/// All of n = 4 homes, r = 2, w = 3; only the first has 7, the others have nothing.
TestCluster one_home_of_four_knows(Repair repair) {
  Config config = waiting_for(repair);
  config.nodes = config.n = 4;
  config.w = 3;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[0]);
  cluster.put(homes[0], "k", "7");
  cluster.fate = deliver_all;
  return cluster;
}

std::size_t homes_that_know(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  return static_cast<std::size_t>(std::count_if(homes.begin(), homes.end(), [&](NodeIndex home) {
    return cluster.state(home, "k").find("[7]") != std::string::npos;
  }));
}

TEST(AbdRepair, answers_when_so_many_homes_hold_it_that_every_later_read_meets_one) {
  for (const auto& [repair, know] : {std::pair(Repair::blocking, 2U), std::pair(Repair::abd, 3U)}) {
    TestCluster cluster = one_home_of_four_knows(repair);
    const auto homes = cluster.homes("k");
    cluster.fate = [&](const TestCluster::Envelope& envelope) {
      const bool far = envelope.to == homes[2] || envelope.to == homes[3];
      return far && std::holds_alternative<ReadRequest>(envelope.message) ? Fate::drop : Fate::deliver;
    };
    const RequestId id = cluster.send(homes[0], get_request("k"));
    while (cluster.reply(id) == nullptr) {
      std::mt19937_64 any(1);
      ASSERT_TRUE(cluster.deliver_one(any));
    }
    EXPECT_THAT(cluster.reply(id)->values, ElementsAre("7"));
    EXPECT_GE(homes_that_know(cluster), know) << "w = 3, n - r + 1 = 3";
    if (repair == Repair::blocking) {
      EXPECT_EQ(homes_that_know(cluster), 2U);
    }
  }
}

TEST(AbdRepair, needs_no_answer_from_the_stale_home_that_it_heard_if_others_take_its_place) {
  TestCluster cluster(waiting_for(Repair::abd));
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    const bool late = envelope.to == homes[1] && std::holds_alternative<ReadRequest>(envelope.message);
    const bool lost = envelope.to == homes[2] && std::holds_alternative<WriteRequest>(envelope.message);
    return late || lost ? Fate::drop : Fate::deliver;
  };
  EXPECT_THAT(cluster.get(homes[0], "k", 2).values, ElementsAre("7"));
}

TEST(AbdRepair, without_enough_homes_fails_the_read_as_timed_out) {
  TestCluster cluster(waiting_for(Repair::abd));
  const auto homes = cluster.homes("k");
  make_last_home_stale(cluster, "k");
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    const bool write = std::holds_alternative<WriteRequest>(envelope.message);
    return envelope.to == homes[1] || write ? Fate::drop : Fate::deliver;
  };
  const auto reply = cluster.get(homes[0], "k", 2);
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::timeout);
}

TEST(AbdRepair, of_a_single_reply_waits_for_all_homes_unless_nobody_ever_wrote) {
  Config config = waiting_for(Repair::abd);
  config.r = 1;
  config.w = 3;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  EXPECT_THAT(cluster.get(homes[0], "k").values, IsEmpty());
  EXPECT_EQ(sent_back(cluster), 0U);
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "7");
  cluster.fate = hold_to<WriteRequest>(homes[2]);
  const RequestId id = cluster.send(homes[0], get_request("k"));
  cluster.run();
  EXPECT_EQ(cluster.reply(id), nullptr);
  cluster.release_held();
  cluster.run();
  ASSERT_NE(cluster.reply(id), nullptr);
  EXPECT_TRUE(cluster.agree("k"));
}

}  // namespace
}  // namespace fracas::store
