// A ring that changes while it serves: a node joins, leaves, takes the place of a dead one; with everything
// that can come between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "changing_ring.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;
using Fate = TestCluster::Fate;
using Kind = RingChange::Kind;

TEST_F(AChangingRing, serves_from_a_node_that_has_joined) {
  write_all("1");
  const auto reply = change(2, Kind::join, "n6");
  ASSERT_FALSE(reply.error) << reply.error->message;
  EXPECT_EQ(reply.values, std::vector<std::string>{R"({"epoch":2,"moving":true})"});
  arrive(3);
  EXPECT_THAT(cluster.node(0).ring(), HasSubstr(R"({"node":"n6","owns":10)"));
  EXPECT_GT(cluster.node(5).keys().size(), 0U);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("1", node);
  write_all("2", 5);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("2", node);
}

TEST_F(AChangingRing, serves_without_a_node_that_has_left) {
  write_all("1");
  ASSERT_FALSE(change(0, Kind::leave, "n1").error);
  arrive(3);
  EXPECT_THAT(cluster.node(3).ring(), HasSubstr(R"({"node":"n1","owns":0,"holds":0)"));
  cluster.crash(0);
  for (NodeIndex node = 1; node < 6; ++node) expect_all("1", node);
}

TEST_F(AChangingRing, puts_a_spare_in_the_place_of_a_dead_node) {
  write_all("1");
  cluster.crash(1);
  ASSERT_FALSE(change(0, Kind::replace, "n2", "n6").error);
  arrive(3);
  write_all("2");
  cluster.crash(2);
  for (const NodeIndex node : std::vector<NodeIndex>{0, 3, 4, 5}) expect_all("2", node);
}

TEST_F(AChangingRing, meets_every_write_while_it_changes) {
  write_all("1");
  // Who joins gets nothing but what is written from now on.
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<ExchangeStates>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  cluster.pass(second);
  EXPECT_EQ(ring(5).at("epoch"), 2);
  EXPECT_FALSE(cluster.node(5).voting());
  write_all("2", 5);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("2", node);
  cluster.fate = deliver_all;
  arrive(3);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("2", node);
}

TEST_F(AChangingRing, wants_w_acknowledgements_of_the_new_homes_too) {
  ASSERT_FALSE(cluster.put(0, "k", "1").error);
  const auto homes = cluster.homes("k");
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<ExchangeStates>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  ASSERT_FALSE(change(0, Kind::replace, cluster.name(homes[0]), "n6").error);
  cluster.pass(second);
  cluster.crash(homes[1]);
  const NodeIndex other = homes[2];
  const auto reply = cluster.put(other, "k", "2");
  ASSERT_TRUE(reply.error) << "two of the old homes have it, and one of the new, which votes";
  EXPECT_EQ(reply.error->kind, ErrorKind::unknown_outcome);
}

TEST_F(AChangingRing, is_followed_by_a_node_that_was_away) {
  write_all("1");
  cluster.crash(3);
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  arrive(3);
  write_all("2");
  cluster.restart(3);
  EXPECT_EQ(ring(3).at("epoch"), 1);
  expect_all("2", 3);
  EXPECT_EQ(ring(3).at("epoch"), 3);
}

TEST_F(AChangingRing, goes_on_where_it_was_when_nodes_are_restarted_on_the_way) {
  write_all("1");
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  for (NodeIndex node = 0; node < 6; ++node) {
    cluster.crash(node);
    cluster.restart(node);
    cluster.pass(second / 20);
  }
  arrive(3);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("1", node);
}

TEST_F(AChangingRing, does_not_count_a_home_that_has_learned_of_it_afterwards) {
  // With an empty disk it knows the first ring only, and hears that it is a home.
  write_all("1");
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  arrive(3);
  cluster.crash(5);
  cluster.wipe_disk(5);
  cluster.restart(5);
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<ExchangeStates>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  cluster.get(5, "k");
  EXPECT_EQ(ring(5).at("epoch"), 3);
  EXPECT_FALSE(cluster.node(5).voting());
  for (NodeIndex node = 0; node < 6; ++node) expect_all("1", node);
  cluster.fate = deliver_all;
  cluster.pass(20 * second);
  EXPECT_TRUE(cluster.node(5).voting());
}

TEST_F(AChangingRing, has_no_new_home_that_has_merged_from_one_old_home_only) {
  write_all("1");
  // Of the old homes it reaches n1 alone, which may have missed what the others acknowledged.
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool exchange = std::holds_alternative<ExchangeRoots>(envelope.message);
    return exchange && envelope.from == 5 && envelope.to != 0 ? Fate::drop : Fate::deliver;
  };
  ASSERT_FALSE(change(0, Kind::replace, "n2", "n6").error);
  cluster.pass(5 * second);
  EXPECT_GT(cluster.completed(5, 0), 0);
  EXPECT_EQ(cluster.metric(5, "fracas_partitions_joining"), 39) << "all that n2 holds";
  cluster.fate = deliver_all;
  arrive(3);
  EXPECT_TRUE(cluster.node(5).voting());
}

TEST_F(AChangingRing, leaves_nobody_behind_who_answers_under_the_one_before) {
  // n1 does not hear of it, and asks for keys of which all other homes have gone on.
  write_all("1");
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool notice = std::holds_alternative<RingNotice>(envelope.message);
    return notice && envelope.to == 0 ? Fate::drop : Fate::deliver;
  };
  ASSERT_FALSE(change(1, Kind::leave, "n5").error);
  ASSERT_EQ(ring(1).at("epoch"), 2);
  ASSERT_EQ(ring(0).at("epoch"), 1);
  for (int key = 0; key < keys; ++key)
    EXPECT_TRUE(cluster.get(0, name(key)).error) << name(key) << ": the others would not know of its answer";
  cluster.fate = deliver_all;
  arrive(3);
  expect_all("1", 0);
}

TEST_F(AChangingRing, asks_the_new_homes_for_what_was_open_when_it_changed) {
  write_all("1");
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool reply = std::holds_alternative<ReadReply>(envelope.message) ||
                       std::holds_alternative<WriteReply>(envelope.message);
    return reply ? Fate::drop : Fate::deliver;
  };
  const RequestId get = cluster.send(0, get_request("key-1"));
  const RequestId put = cluster.send(0, put_request("key-2", "2"));
  cluster.run();
  EXPECT_FALSE(cluster.reply(get) || cluster.reply(put));
  cluster.fate = deliver_all;
  ASSERT_FALSE(change(1, Kind::join, "n6").error);
  ASSERT_TRUE(cluster.reply(get) && cluster.reply(put));
  EXPECT_FALSE(cluster.reply(get)->error);
  EXPECT_FALSE(cluster.reply(put)->error);
}

TEST_F(AChangingRing, is_not_followed_by_a_disk_that_takes_no_writes_until_it_does) {
  write_all("1");
  cluster.reopen(2, /*read_only=*/true);
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  cluster.pass(3 * second);
  EXPECT_EQ(ring(0).at("epoch"), 3);
  EXPECT_EQ(ring(2).at("epoch"), 1);
  const auto refused = change(2, Kind::leave, "n1");
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->kind, ErrorKind::read_only);
  cluster.reopen(2, /*read_only=*/false);
  arrive(3);
  for (NodeIndex node = 0; node < 6; ++node) expect_all("1", node);
}

class AChangingRingOfSiblings : public AChangingRing {
 protected:
  static Config siblings() {
    Config config = spare_config();
    config.conflict = Conflict::siblings;
    return config;
  }
  AChangingRingOfSiblings() : AChangingRing(siblings()) {}
};

TEST_F(AChangingRingOfSiblings, refuses_no_put_that_a_home_has_taken_already) {
  cluster.fate = [this](const TestCluster::Envelope& envelope) {
    if (std::holds_alternative<ForwardRequest>(envelope.message)) cluster.held.push_back(envelope);
    const bool answer = std::holds_alternative<WriteReply>(envelope.message);
    return answer ? Fate::drop : Fate::deliver;
  };
  const RequestId put = cluster.send(5, put_request("k", "1"));
  cluster.run();
  // The home goes on to another ring with the put open, and then the network brings it once more.
  ASSERT_FALSE(change(1, Kind::leave, "n5").error);
  cluster.release_held();
  cluster.fate = deliver_all;
  arrive(3);
  ASSERT_TRUE(cluster.reply(put));
  const auto read = cluster.get(0, "k");
  EXPECT_EQ(read.values, std::vector<std::string>{"1"});
}

TEST_F(AChangingRingOfSiblings, takes_no_put_that_it_has_refused_under_another_one) {
  // n6 has gone on; the home has not, refuses, goes on, and has the put once more.
  cluster.fate = [this](const TestCluster::Envelope& envelope) {
    if (std::holds_alternative<ForwardRequest>(envelope.message)) cluster.held.push_back(envelope);
    const bool of_ring = std::holds_alternative<RingNotice>(envelope.message) ||
                         std::holds_alternative<RingAccept>(envelope.message);
    const bool behind = envelope.to == cluster.homes("k")[0];
    return of_ring && behind ? Fate::drop : Fate::deliver;
  };
  const NodeIndex proposer = cluster.homes("k")[1];
  const NodeIndex leaver = cluster.stranger("k");
  ASSERT_FALSE(change(proposer, Kind::leave, cluster.name(leaver)).error);
  ASSERT_EQ(ring(5).at("epoch"), 2);
  ASSERT_EQ(ring(cluster.homes("k")[0]).at("epoch"), 1);
  const auto put = cluster.put(5, "k", "1");
  EXPECT_FALSE(put.error) << put.error->message;
  cluster.fate = deliver_all;
  arrive(3);
  cluster.release_held();
  cluster.run();
  EXPECT_EQ(cluster.get(proposer, "k").values, std::vector<std::string>{"1"});
}

TEST_F(AChangingRing, has_no_node_that_it_does_not_know) {
  const auto reply = change(0, Kind::join, "n9");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::bad_request);
  EXPECT_EQ(reply.error->field, "node");
}

TEST(AFixedRing, says_why_it_cannot_change) {
  Config config = quiet_config();
  config.nodes = 7;
  config.placement = Placement::sloppy;
  config.hints = Hints::fallback;
  TestCluster cluster(config);
  const auto reply = cluster.call(0, ChangeRing{.id = 0, .kind = Kind::leave, .node = "n1", .with = ""});
  ASSERT_TRUE(reply.error);
  EXPECT_THAT(reply.error->message, HasSubstr("placement = sloppy"));
}

}  // namespace
}  // namespace fracas::store
