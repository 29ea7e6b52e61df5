// A client that coordinates itself, as stories: whom it asks, when it answers, what it says of what it does
// not know, and what it leaves on the homes.
#include "store/client_coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bug_story.h"
#include "client_of_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Way = ClientOfCluster::Way;

Config stamped(StampSource source, Repair repair = Repair::none) {
  Config config = client_config();
  config.conflict = Conflict::lww;
  config.stamp = source;
  config.repair = repair;
  return config;
}

Config repairing(Repair repair) {
  Config config = client_config();
  config.repair = repair;
  return config;
}

ClientRequest put_at(const std::string& value, std::int64_t stamp_us) {
  ClientRequest request = put_request("k", value);
  request.stamp_us = stamp_us;
  return request;
}

/// Nothing reaches this node, or nothing comes back from it.
auto only(NodeIndex node, Way way) {
  return [=](const AskHome& question) { return question.to == node ? way : Way::there_and_back; };
}

/// Values on a home, as the home itself tells them.
std::string copy_on(TestCluster& cluster, NodeIndex home) {
  ClientRequest request = get_request("k");
  request.of_copy = true;
  return joined(cluster.call(home, request).values);
}

TEST(ClientCoordinator, a_put_has_its_dot_from_one_home_and_goes_to_the_others) {
  TestCluster cluster(client_config());
  ClientOfCluster client(cluster);
  const auto put = client.put("k", "1");
  EXPECT_FALSE(put.error);
  EXPECT_THAT(put.clock, HasSubstr("\"" + cluster.name(cluster.homes("k")[0]) + "#")) << "not the client's";
  EXPECT_THAT(client.get("k").values, ElementsAre("1"));
  client.finish();
  EXPECT_TRUE(cluster.agree("k"));
  EXPECT_TRUE(cluster.sent.empty()) << "no node asks another";
}

TEST(ClientCoordinator, a_put_with_the_context_of_a_read_supersedes_what_that_returned) {
  TestCluster cluster(client_config());
  ClientOfCluster one(cluster, 0), two(cluster, 1);
  one.put("k", "1");
  two.put("k", "2");
  const auto read = one.get("k");
  EXPECT_THAT(read.values, UnorderedElementsAre("1", "2"));
  EXPECT_THAT(one.put("k", "3", read.context).values, ElementsAre("3"));
  EXPECT_THAT(two.get("k").values, ElementsAre("3"));
}

TEST(ClientCoordinator, the_home_that_is_asked_for_the_dot_can_be_chosen) {
  TestCluster cluster(client_config());
  ClientOfCluster client(cluster);
  const NodeIndex last = cluster.homes("k")[2];
  EXPECT_THAT(client.call(put_request("k", "1"), last).clock, HasSubstr("\"" + cluster.name(last) + "#"));
}

TEST(ClientCoordinator, a_home_that_is_not_reached_leaves_the_dot_to_the_next) {
  TestCluster cluster(client_config());
  const auto homes = cluster.homes("k");
  cluster.crash(homes[0]);
  ClientOfCluster client(cluster);
  const auto put = client.put("k", "1");
  EXPECT_FALSE(put.error);
  EXPECT_EQ(put.acks, 2);
  EXPECT_THAT(put.clock, HasSubstr(cluster.name(homes[1]) + "#"));
  EXPECT_EQ(client.asked.front().to, homes[0]);
  client.finish();
  client.asked.clear();
  client.put("k", "2");
  EXPECT_EQ(client.asked.front().to, homes[1]) << "who was away is asked last";
}

TEST(ClientCoordinator, a_silent_home_may_have_made_the_dot_and_no_other_is_asked_for_it) {
  TestCluster cluster(client_config());
  const auto homes = cluster.homes("k");
  for (const Way way : {Way::lost, Way::unheard}) {
    ClientOfCluster client(cluster);
    client.way = only(homes[0], way);
    EXPECT_EQ(outcome(client.put("k", way == Way::lost ? "1" : "2")), "unknown-outcome");
    EXPECT_EQ(client.asked.size(), 1U);
  }
  EXPECT_EQ(copy_on(cluster, homes[0]), "2");
}

TEST(ClientCoordinator, says_that_nothing_was_written_only_if_that_is_certain) {
  TestCluster cluster(client_config());
  ClientOfCluster client(cluster);
  client.way = [](const AskHome&) { return Way::not_sent; };
  EXPECT_EQ(outcome(client.put("k", "1")), "unavailable");
  EXPECT_EQ(client.asked.size(), 3U);
  client.way = [&](const AskHome& question) {
    return question.to == cluster.homes("k")[0] ? Way::there_and_back : Way::not_sent;
  };
  EXPECT_EQ(outcome(client.call(put_request("k", "1"), cluster.homes("k")[0])), "unknown-outcome");
  EXPECT_EQ(copy_on(cluster, cluster.homes("k")[0]), "1") << "and it is on one home";
}

/// The first home's disk was damaged: it has an empty one, and does not count before it has caught up.
TEST(ClientCoordinator, a_home_that_has_lost_state_does_not_count) {
  TestCluster cluster(client_config());
  const auto homes = cluster.homes("k");
  ClientOfCluster client(cluster);
  EXPECT_FALSE(client.put("k", "1").error);
  client.finish();
  cluster.crash(homes[0]);
  cluster.wipe_disk(homes[0]);
  cluster.restart(homes[0], /*disk_was_damaged=*/true);
  ClientOfCluster other(cluster, 1);
  const auto put = other.put("k", "2");
  EXPECT_FALSE(put.error);
  EXPECT_THAT(put.clock, HasSubstr(cluster.name(homes[1]) + "#")) << "the next home makes the dot";
  EXPECT_EQ(outcome(other.put("k", "3", "", 3)), "unknown-outcome") << "it has it, and its copy may be gone";
  EXPECT_THAT(other.get("k").values, UnorderedElementsAre("1", "2", "3"));
  EXPECT_EQ(outcome(other.get("k", 3)), "timeout");
}

TEST(ClientCoordinator, a_home_whose_disk_is_full_answers_reads_and_takes_nothing) {
  TestCluster cluster(client_config());
  const auto homes = cluster.homes("k");
  ClientOfCluster client(cluster);
  client.put("k", "1");
  client.finish();
  cluster.reopen(homes[0], /*read_only=*/true);
  const auto put = client.put("k", "2");
  EXPECT_FALSE(put.error);
  EXPECT_EQ(put.acks, 2);
  EXPECT_THAT(put.clock, HasSubstr(cluster.name(homes[1]) + "#")) << "the next home makes the dot";
  client.finish();
  EXPECT_EQ(copy_on(cluster, homes[0]), "1");
}

TEST(ClientCoordinator, passes_on_why_a_home_refuses) {
  Config config = client_config();
  config.max_siblings = 1;
  TestCluster cluster(config);
  ClientOfCluster client(cluster);
  client.put("k", "1");
  const auto refused = client.put("k", "2");
  EXPECT_EQ(outcome(refused), "unavailable");
  EXPECT_THAT(refused.error->message, HasSubstr("max_siblings"));
  EXPECT_THAT(client.get("k").values, ElementsAre("1"));
}

TEST(ClientCoordinator, answers_a_read_with_the_first_r_replies) {
  TestCluster cluster(client_config());
  const auto homes = cluster.homes("k");
  ClientOfCluster client(cluster);
  client.way = only(homes[2], Way::lost);
  client.put("k", "1");
  client.finish();
  EXPECT_EQ(copy_on(cluster, homes[2]), "");
  client.way = only(homes[0], Way::lost);
  EXPECT_THAT(client.get("k").values, ElementsAre("1")) << "one of two has it";
  EXPECT_EQ(outcome(client.get("k", 3)), "timeout");
}

TEST(ClientCoordinator, repairs_behind_its_answer_also_who_was_late) {
  for (const Repair repair : {Repair::none, Repair::async}) {
    TestCluster cluster(repairing(repair));
    const auto homes = cluster.homes("k");
    ClientOfCluster client(cluster);
    client.way = only(homes[2], Way::lost);
    client.put("k", "1");
    client.finish();
    client.way = only(homes[2], Way::late);
    EXPECT_THAT(client.get("k").values, ElementsAre("1"));
    EXPECT_EQ(copy_on(cluster, homes[2]), "");
    client.finish();
    EXPECT_EQ(copy_on(cluster, homes[2]), repair == Repair::none ? "" : "1");
  }
}

/// A write is on one home, and a read has found it there; what does the next read find elsewhere?
std::string after_a_read_of_a_partial_write(Repair repair) {
  TestCluster cluster(repairing(repair));
  const auto homes = cluster.homes("k");
  ClientOfCluster client(cluster);
  client.way = [&](const AskHome& question) {
    return question.to == homes[0] ? Way::there_and_back : Way::not_sent;
  };
  client.put("k", "1");
  client.way = [&](const AskHome& question) {
    const bool read = question.request.verb == Verb::get;
    return read && question.to == homes[2] ? Way::late : Way::there_and_back;
  };
  EXPECT_THAT(client.get("k").values, ElementsAre("1"));
  client.way = only(homes[0], Way::lost);
  return joined(client.get("k").values);
}

TEST(ClientCoordinator, writes_back_before_it_answers_where_that_is_asked_for) {
  EXPECT_EQ(after_a_read_of_a_partial_write(Repair::none), "");
  EXPECT_EQ(after_a_read_of_a_partial_write(Repair::blocking), "1");
  EXPECT_EQ(after_a_read_of_a_partial_write(Repair::abd), "1");
}

TEST(ClientCoordinator, does_not_answer_what_could_not_be_written_back) {
  TestCluster cluster(repairing(Repair::abd));
  const auto homes = cluster.homes("k");
  ClientOfCluster client(cluster);
  client.way = [&](const AskHome& question) {
    const bool merge = !question.request.state.empty();
    return merge ? Way::lost : Way::there_and_back;
  };
  EXPECT_EQ(outcome(client.put("k", "1")), "unknown-outcome");
  const auto read = client.get("k");
  EXPECT_EQ(outcome(read), "timeout");
  EXPECT_THAT(read.error->message, HasSubstr("hold what was read"));
}

TEST(ClientCoordinator, gives_up_when_only_some_of_what_was_to_be_written_back_arrived) {
  TestCluster cluster(repairing(Repair::blocking));
  const auto homes = cluster.homes("k");
  ClientOfCluster one(cluster, 0), two(cluster, 1);
  one.way = two.way = [](const AskHome& question) {
    return question.request.state.empty() ? Way::there_and_back : Way::lost;
  };
  one.call(put_request("k", "1"), homes[0]);
  two.call(put_request("k", "2"), homes[1]);
  one.way = [&](const AskHome& question) {
    const bool merge = !question.request.state.empty();
    return question.to == homes[2] || (merge && question.to == homes[1]) ? Way::lost : Way::there_and_back;
  };
  EXPECT_EQ(outcome(one.get("k")), "timeout") << "each of the two lacks something, and one has it by now";
}

TEST(ClientCoordinator, n_r_and_w_of_a_request_count) {
  Config config = client_config();
  config.nodes = 5;
  TestCluster cluster(config);
  ClientOfCluster client(cluster);
  ClientRequest narrow = put_request("k", "1");
  narrow.n = 2;
  narrow.w = level_all;
  EXPECT_EQ(client.call(narrow).acks, 2);
  EXPECT_EQ(client.asked.size(), 2U);
  ClientRequest wrong = get_request("k");
  wrong.r = 4;
  EXPECT_EQ(client.call(wrong).error->field, "r");
  wrong.r.reset();
  wrong.n = 4;
  EXPECT_EQ(client.call(wrong).error->field, "n");
  EXPECT_EQ(client.asked.size(), 2U) << "refused before anybody was asked";
}

TEST(ClientCoordinator, under_lww_the_clients_stamp_decides) {
  TestCluster cluster(stamped(StampSource::client));
  ClientOfCluster fast(cluster, 0), slow(cluster, 1);
  const auto first = fast.call(put_at("1", 2000));
  EXPECT_THAT(first.clock, HasSubstr("[2000,\"client0#"));
  EXPECT_FALSE(slow.call(put_at("2", 1000)).error) << "acknowledged, and lost";
  EXPECT_THAT(slow.get("k").values, ElementsAre("1"));
  EXPECT_EQ(slow.call(put_request("k", "3")).error->field, "stamp");
}

TEST(ClientCoordinator, equal_stamps_of_two_clients_are_told_apart) {
  TestCluster cluster(stamped(StampSource::client));
  ClientOfCluster one(cluster, 0), two(cluster, 1);
  two.way = only(cluster.homes("k")[0], Way::lost);
  one.way = only(cluster.homes("k")[2], Way::lost);
  two.call(put_at("2", 1000));
  one.call(put_at("1", 1000));
  ClientOfCluster reader(cluster, 2);
  EXPECT_THAT(reader.get("k", 3).values, ElementsAre("2"));
}

TEST(ClientCoordinator, a_stamp_of_the_far_future_is_refused_by_the_homes) {
  TestCluster cluster(stamped(StampSource::client));
  ClientOfCluster client(cluster);
  const auto put = client.call(put_at("1", 1'700'000'060'000'000));
  EXPECT_EQ(outcome(put), "unavailable");
  EXPECT_THAT(put.error->message, HasSubstr("max_clock_offset"));
  EXPECT_THAT(client.get("k").values, ElementsAre());
}

TEST(ClientCoordinator, a_stamp_asked_of_a_quorum_is_above_what_was_acknowledged) {
  TestCluster cluster(stamped(StampSource::query));
  const auto homes = cluster.homes("k");
  ClientOfCluster one(cluster, 0), two(cluster, 1);
  one.way = only(homes[2], Way::lost);
  two.way = only(homes[0], Way::lost);
  one.call(put_request("k", "1"));
  EXPECT_FALSE(two.call(put_request("k", "2")).error);
  EXPECT_THAT(one.get("k").values, ElementsAre("2"));
  two.way = [](const AskHome& question) {
    return question.request.verb == Verb::get ? Way::lost : Way::there_and_back;
  };
  const auto unasked = two.call(put_request("k", "3"));
  EXPECT_EQ(outcome(unasked), "unavailable");
  EXPECT_THAT(one.get("k").values, ElementsAre("2"));
}

TEST(ClientCoordinator, a_delete_is_a_write) {
  TestCluster cluster(client_config());
  ClientOfCluster client(cluster);
  const auto put = client.put("k", "1");
  EXPECT_FALSE(client.call(remove_request("k", put.context)).error);
  EXPECT_THAT(client.get("k").values, ElementsAre());
  TestCluster stamps(stamped(StampSource::query));
  ClientOfCluster other(stamps);
  other.call(put_request("k", "1"));
  other.call(remove_request("k"));
  EXPECT_THAT(other.get("k").values, ElementsAre());
}

}  // namespace
}  // namespace fracas::store
