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

}  // namespace
}  // namespace fracas::store
