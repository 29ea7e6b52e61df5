// The members of a ring agree on the next one: one of two changes that are proposed at a time, none of a
// minority's, and none of an acceptor that may have forgotten what it has said.
#include "store/ring_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "changing_ring.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;
using Fate = TestCluster::Fate;
using Kind = RingChange::Kind;

TEST_F(AChangingRing, makes_one_change_at_a_time) {
  const RequestId one = cluster.send(0, ChangeRing{.id = 0, .kind = Kind::join, .node = "n6", .with = ""});
  const RequestId other = cluster.send(3, ChangeRing{.id = 0, .kind = Kind::leave, .node = "n2", .with = ""});
  cluster.run();
  arrive(3);
  ASSERT_TRUE(cluster.reply(one) && cluster.reply(other));
  EXPECT_NE(cluster.reply(one)->error.has_value(), cluster.reply(other)->error.has_value());
  for (NodeIndex node = 1; node < 6; ++node) EXPECT_TRUE(ring(node) == ring(0)) << "node " << node;
}

TEST_F(AChangingRing, refuses_a_second_change_until_the_first_is_over_or_given_up) {
  cluster.crash(5);
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  cluster.pass(2 * second);
  const auto second_one = change(1, Kind::leave, "n1");
  ASSERT_TRUE(second_one.error);
  EXPECT_EQ(second_one.error->kind, ErrorKind::conflict);
  EXPECT_THAT(second_one.error->message, HasSubstr("under way"));
  ASSERT_FALSE(change(1, Kind::cancel, "").error);
  arrive(3);
  EXPECT_THAT(cluster.node(0).ring(), HasSubstr(R"({"node":"n6","owns":0)"));
  EXPECT_FALSE(change(1, Kind::leave, "n1").error);
}

TEST_F(AChangingRing, is_not_changed_by_a_minority) {
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return envelope.from == 0 || envelope.to == 0 ? Fate::drop : Fate::deliver;
  };
  const auto reply = change(0, Kind::join, "n6");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::unavailable);
  EXPECT_THAT(reply.error->message, HasSubstr("nothing was changed"));
  cluster.fate = deliver_all;
  ASSERT_FALSE(change(1, Kind::leave, "n5").error);
  arrive(3);
}

TEST_F(AChangingRing, carries_a_change_through_that_its_proposer_did_not_live_to_see) {
  // All acceptances are lost: the members have it, and nobody knows.
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<RingAccepted>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  cluster.send(0, ChangeRing{.id = 0, .kind = Kind::leave, .node = "n5", .with = ""});
  cluster.run();
  cluster.crash(0);
  cluster.fate = deliver_all;
  const auto reply = change(1, Kind::join, "n6");
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->kind, ErrorKind::conflict) << "the other one was agreed on";
  cluster.restart(0);
  arrive(3);
  EXPECT_THAT(cluster.node(0).ring(), HasSubstr(R"({"node":"n5","owns":0)"));
}

TEST_F(AChangingRing, is_asked_for_again_by_whom_a_later_one_than_his_own_reached_first) {
  // n1 proposes; all accept, and it hears nothing of that. n2 carries it through, and the change ends.
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool prepare = std::holds_alternative<RingPromise>(envelope.message);
    return envelope.to == 0 && !prepare ? Fate::drop : Fate::deliver;
  };
  const RequestId first =
      cluster.send(0, ChangeRing{.id = 0, .kind = Kind::replace, .node = "n5", .with = "n6"});
  cluster.run();
  EXPECT_EQ(change(1, Kind::leave, "n4").error->kind, ErrorKind::conflict);
  for (int i = 0; i < 8 && ring(1).at("epoch") != 3; ++i) cluster.pass(second / 10);
  ASSERT_EQ(ring(1).at("epoch"), 3);
  ASSERT_FALSE(cluster.reply(first));
  cluster.fate = deliver_all;
  cluster.get(0, "k");
  ASSERT_TRUE(cluster.reply(first) && cluster.reply(first)->error);
  EXPECT_EQ(cluster.reply(first)->error->kind, ErrorKind::unknown_outcome) << "it was made";
}

class AnAcceptorThatHasForgotten : public AChangingRing {
 protected:
  void lose_disk(NodeIndex node) {
    if (cluster.up(node)) cluster.crash(node);
    cluster.wipe_disk(node);
    cluster.restart(node, /*disk_was_damaged=*/true);
  }
  /// n1 proposes that n5 leaves. n2 and n3 accept, n1 does not hear of it, and is gone.
  void accept_at_n2_and_n3_alone() {
    cluster.fate = [](const TestCluster::Envelope& envelope) {
      const bool accept = std::holds_alternative<RingAccept>(envelope.message);
      const bool to_others = accept && envelope.to != 1 && envelope.to != 2;
      return to_others || std::holds_alternative<RingAccepted>(envelope.message) ? Fate::drop : Fate::deliver;
    };
    cluster.send(0, ChangeRing{.id = 0, .kind = Kind::leave, .node = "n5", .with = ""});
    cluster.run();
    cluster.crash(0);
    cluster.fate = deliver_all;
  }
};

TEST_F(AnAcceptorThatHasForgotten, takes_no_part_before_all_that_count_its_votes_have_given_up) {
  lose_disk(1);
  EXPECT_TRUE(abstains(1));
  cluster.pass(9 * second / 10);
  EXPECT_TRUE(abstains(1));
  cluster.pass(second / 5);
  EXPECT_FALSE(abstains(1));
}

TEST_F(AnAcceptorThatHasForgotten, hears_from_the_others_what_it_had_accepted) {
  accept_at_n2_and_n3_alone();
  lose_disk(1);
  cluster.pass(2 * second);
  EXPECT_FALSE(abstains(1));
  // n3, of whom it has it, is not asked again.
  cluster.fate = cut_off(2);
  EXPECT_EQ(change(3, Kind::join, "n6").error->kind, ErrorKind::conflict);
  EXPECT_EQ(ring(3).at("epoch"), 2);
  EXPECT_THAT(cluster.node(3).ring(), HasSubstr("\"n5\""));
  cluster.fate = deliver_all;
  cluster.restart(0);
  arrive(3);
  EXPECT_THAT(cluster.node(3).ring(), HasSubstr(R"({"node":"n5","owns":0)"));
}

TEST_F(AnAcceptorThatHasForgotten, does_not_believe_two_of_four_others) {
  accept_at_n2_and_n3_alone();
  cluster.fate = cut_off(2);
  lose_disk(1);
  cluster.pass(5 * second);
  EXPECT_TRUE(abstains(1)) << "n4 and n5 know of nothing";
  EXPECT_TRUE(change(3, Kind::join, "n6").error);
  EXPECT_EQ(ring(3).at("epoch"), 1);
}

TEST_F(AnAcceptorThatHasForgotten, is_not_believed_by_another_one) {
  accept_at_n2_and_n3_alone();
  cluster.fate = cut_off(2);
  lose_disk(1);
  lose_disk(3);
  cluster.pass(5 * second);
  EXPECT_TRUE(abstains(1));
  EXPECT_TRUE(abstains(3));
}

TEST_F(AnAcceptorThatHasForgotten, is_back_so_that_all_may_forget_one_after_the_other) {
  for (int round = 0; round < 2; ++round) {
    for (NodeIndex node = 0; node < 5; ++node) {
      lose_disk(node);
      cluster.pass(2 * second);
      EXPECT_FALSE(abstains(node)) << "node " << node;
    }
    ASSERT_FALSE(change(0, round == 0 ? Kind::join : Kind::leave, "n6").error);
    arrive(static_cast<std::uint32_t>(3 + 2 * round));
  }
}

TEST_F(AnAcceptorThatHasForgotten, puts_together_with_all_others_what_is_left_when_too_many_have) {
  accept_at_n2_and_n3_alone();
  for (const NodeIndex node : std::vector<NodeIndex>{1, 3, 4}) lose_disk(node);
  cluster.pass(5 * second);
  for (const NodeIndex node : std::vector<NodeIndex>{1, 3, 4}) EXPECT_TRUE(abstains(node)) << "n1 is down";
  cluster.restart(0);
  cluster.pass(2 * second);
  for (NodeIndex node = 0; node < 5; ++node) EXPECT_FALSE(abstains(node)) << "node " << node;
  EXPECT_EQ(change(3, Kind::join, "n6").error->kind, ErrorKind::conflict);
  arrive(3);
  EXPECT_THAT(cluster.node(3).ring(), HasSubstr(R"({"node":"n5","owns":0)"));
}

TEST_F(AnAcceptorThatHasForgotten, may_be_one_that_knows_of_nothing_when_it_hears_of_a_change) {
  // n4 and n5 have heard of no proposal: as if they had not been there, or lost their disks.
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool prepare = std::holds_alternative<RingPrepare>(envelope.message);
    const bool accept = std::holds_alternative<RingAccept>(envelope.message);
    const bool answer = std::holds_alternative<RingState>(envelope.message);
    return ((prepare || accept) && envelope.to >= 3) || answer ? Fate::drop : Fate::deliver;
  };
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  EXPECT_EQ(ring(3).at("epoch"), 2);
  EXPECT_FALSE(abstains(0));
  EXPECT_TRUE(abstains(3));
  cluster.crash(3);
  cluster.restart(3);
  EXPECT_TRUE(abstains(3));
  cluster.fate = deliver_all;
  cluster.pass(2 * second);
  EXPECT_FALSE(abstains(3));
}

TEST_F(AnAcceptorThatHasForgotten, is_none_that_has_only_been_away) {
  ASSERT_FALSE(change(0, Kind::join, "n6").error);
  arrive(3);
  cluster.pass(second);
  cluster.fate = cut_off(5);
  ASSERT_FALSE(change(0, Kind::leave, "n2").error);
  cluster.pass(second / 2);
  ASSERT_FALSE(change(0, Kind::cancel, "").error);
  ASSERT_FALSE(change(0, Kind::leave, "n3").error);
  cluster.fate = deliver_all;
  arrive(7);
  EXPECT_FALSE(abstains(5));
}

TEST_F(AnAcceptorThatHasForgotten, counts_no_answer_that_comes_when_its_proposal_is_over) {
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    return std::holds_alternative<RingAccepted>(envelope.message) ? Fate::hold : Fate::deliver;
  };
  const RequestId asked = cluster.send(0, ChangeRing{.id = 0, .kind = Kind::leave, .node = "n5", .with = ""});
  cluster.run();
  cluster.pause(0);
  cluster.release_held();
  cluster.sleep(2 * second);
  cluster.fate = deliver_all;
  cluster.resume(0);
  cluster.pass(second / 10);
  ASSERT_TRUE(cluster.reply(asked) && cluster.reply(asked)->error);
  EXPECT_EQ(cluster.reply(asked)->error->kind, ErrorKind::unknown_outcome);
  EXPECT_EQ(ring(0).at("epoch"), 1);
}

TEST(ASingleNode, has_nobody_to_ask_what_it_has_forgotten) {
  Config config = quiet_config();
  config.nodes = config.n = config.r = config.w = 1;
  TestCluster cluster(config);
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0, /*disk_was_damaged=*/true);
  EXPECT_THAT(cluster.node(0).status({}), HasSubstr(R"("ring_abstains":true)"));
  cluster.pass(2 * second);
  EXPECT_THAT(cluster.node(0).status({}), HasSubstr(R"("ring_abstains":false)"));
}

}  // namespace
}  // namespace fracas::store
