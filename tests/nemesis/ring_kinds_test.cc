// Changes of the ring: what is planned makes sense if all before it succeeded, and what is claimed was seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/nemesis/kinds_fixture.h"

namespace fracas::nemesis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using RingKindsTest = KindsTest;

TEST_F(RingKindsTest, AJoinAsksOneNodeAndTookEffectOnceANodeFollows) {
  const auto join = begin("ring.join", {"n3"}, {{"via", std::string("n2")}});
  EXPECT_THAT(rings.asked, ElementsAre("n2: join n3"));
  rings.answers[0] = {.answered = true, .agreed = true};
  rings.views.push_back(
      {.epoch = 2, .members = {"n1", "n2"}, .next = {"n1", "n2", "n3"}, .seen = 11 * kSecond});
  rings.views.push_back({.epoch = 3, .members = {"n1", "n2", "n3"}, .seen = 12 * kSecond});
  const Ended ended = end(join);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["change"], "n3 joins");
  EXPECT_EQ(ended.measured["asked"], "n2");
  EXPECT_EQ(ended.measured["answer"], "agreed");
  EXPECT_EQ(ended.measured["epoch_before"], 1);
  EXPECT_EQ(ended.measured["epoch"], 3);
  EXPECT_EQ(ended.measured["followed_after_ms"], 1000.0);
  EXPECT_EQ(ended.measured["over_after_ms"], 2000.0);
  EXPECT_EQ(ended.measured["moving"], false);
  EXPECT_THAT(rings.asked, testing::SizeIs(1)) << "nothing is undone";
}

TEST_F(RingKindsTest, AChangeThatIsStillMovingTookEffect) {
  const auto leave = begin("ring.leave", {"n2"}, {{"via", std::string("n1")}});
  rings.answers[0] = {};
  rings.views.push_back({.epoch = 2, .members = {"n1", "n2"}, .next = {"n1"}, .seen = 11 * kSecond});
  const Ended ended = end(leave);
  EXPECT_TRUE(ended.took_effect) << "whatever became of the answer";
  EXPECT_EQ(ended.measured["moving"], true);
  EXPECT_FALSE(ended.measured.contains("over_after_ms"));
}

TEST_F(RingKindsTest, AChangeOfWhichOnlyTheEndWasSeenTookEffect) {
  const auto replace =
      begin("ring.replace", {"n2"}, {{"via", std::string("n1")}, {"with", std::string("n3")}});
  EXPECT_THAT(rings.asked, ElementsAre("n1: replace n2 with n3"));
  rings.answers[0] = {};
  rings.views.push_back({.epoch = 3, .members = {"n1", "n3"}});
  EXPECT_TRUE(end(replace).took_effect);
}

TEST_F(RingKindsTest, WhatTheStoreRefusesTookNoEffectAndSaysWhy) {
  const auto join = begin("ring.join", {"n2"}, {{"via", std::string("n1")}});
  rings.answers[0] = {.answered = true, .agreed = false, .message = "conflict: n2 is a member already"};
  const Ended ended = end(join);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["why"], "conflict: n2 is a member already");
}

TEST_F(RingKindsTest, AnotherChangeAndOneThatWasGivenUpAreNotTakenForIt) {
  const auto join = begin("ring.join", {"n3"}, {{"via", std::string("n1")}});
  rings.answers[0] = {.answered = true, .agreed = true};
  rings.views.push_back({.epoch = 2, .members = {"n1", "n2"}, .next = {"n1"}});
  rings.views.push_back({.epoch = 3, .members = {"n1", "n2"}});
  const Ended ended = end(join);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(ended.measured["why"].get<std::string>(), HasSubstr("no node was seen to follow"));
}

TEST_F(RingKindsTest, WhatWasSeenBeforeIsNotTakenForIt) {
  rings.views.push_back({.epoch = 2, .members = {"n1", "n2"}, .next = {"n1", "n2", "n3"}});
  const auto join = begin("ring.join", {"n3"}, {{"via", std::string("n1")}});
  rings.answers[0] = {};
  const Ended ended = end(join);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["why"], "n1 had not answered by the end of the fault");
}

TEST_F(RingKindsTest, TheNextNodeThatIsUpIsAsked) {
  nodes.states["n2"] = NodeState::paused;
  nodes.states["n3"] = NodeState::stopped;
  begin("ring.leave", {"n2"}, {{"via", std::string("n2")}});
  EXPECT_THAT(rings.asked, ElementsAre("n1: leave n2"));
  nodes.states["n1"] = NodeState::starting;
  const Ended ended = end(begin("ring.leave", {"n2"}, {{"via", std::string("n2")}}));
  EXPECT_THAT(rings.asked, testing::SizeIs(1));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["why"], "no node was up that could be asked");
}

// --- plans ---

PlanRequest request(std::vector<FaultSpec> specs, std::uint64_t seed, Nanoseconds duration = 60 * kSecond) {
  return {.seed = seed,
          .duration = duration,
          .nodes = {"n1", "n2", "n3", "n4", "n5", "n6", "n7"},
          .primaries = {"n1", "n2", "n3"},
          .specs = std::move(specs),
          .members = {"n1", "n2", "n3", "n4", "n5"},
          .least_members = 3};
}

FaultSpec spec(const std::string& kind, Nanoseconds every, const std::string& target = "one") {
  FaultSpec made{.kind = kind, .target = target, .every = every};
  made.lasts = 2 * kSecond;
  return made;
}

const std::vector<FaultSpec> kAllThree{spec("ring.join", 9 * kSecond), spec("ring.leave", 9 * kSecond),
                                       spec("ring.replace", 9 * kSecond)};

TEST(RingPlans, MakeSenseIfEveryChangeSucceeds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    const auto plan = draw_plan(request(kAllThree, seed));
    ASSERT_TRUE(plan);
    EXPECT_GE(plan->size(), 6U);
    std::set<std::string> members{"n1", "n2", "n3", "n4", "n5"};
    Nanoseconds free_from = 0;
    for (const Fault& fault : *plan) {
      EXPECT_GE(fault.start, free_from) << "one at a time, and a rest";
      free_from = fault.start + fault.duration + kSecond / 2;
      ASSERT_EQ(fault.nodes.size(), 1U);
      const bool joins = fault.kind == "ring.join";
      EXPECT_EQ(members.contains(fault.nodes[0]), !joins);
      if (joins) members.insert(fault.nodes[0]);
      if (!joins) members.erase(fault.nodes[0]);
      if (fault.kind == "ring.replace") {
        EXPECT_TRUE(members.insert(std::get<std::string>(fault.parameters.at("with"))).second);
      }
      EXPECT_GE(members.size(), 3U);
    }
  }
}

TEST(RingPlans, KeepToTheNodesThatTheyAreAimedAt) {
  const auto plan = draw_plan(
      request({spec("ring.leave", 4 * kSecond, "n2,n4"), spec("ring.join", 4 * kSecond, "n2,n4")}, 1));
  EXPECT_GT(plan->size(), 4U) << "they come and go";
  for (const Fault& fault : *plan) EXPECT_THAT(fault.nodes, ElementsAre(testing::AnyOf("n2", "n4")));
  FaultSpec named = spec("ring.replace", 0, "n2");
  named.parameters["with"] = std::string("n7");
  named.parameters["via"] = std::string("n3");
  const Fault fault = draw_plan(request({named}, 1))->front();
  EXPECT_THAT(fault.nodes, ElementsAre("n2"));
  EXPECT_EQ(fault.parameters, named.parameters);
}

TEST(RingPlans, KeepOneOfEachEntryThoughItMakesNoSense) {
  PlanRequest asked = request({spec("ring.join", 4 * kSecond), spec("ring.replace", 4 * kSecond, "n1")}, 1);
  asked.members = asked.nodes;
  const auto plan = draw_plan(asked);
  ASSERT_EQ(plan->size(), 2U) << "nobody is outside";
  for (const Fault& fault : *plan) EXPECT_EQ(fault.nodes.size(), 1U);
  asked.specs = {spec("ring.leave", 4 * kSecond)};
  asked.least_members = 5;
  EXPECT_EQ(draw_plan(asked)->size(), 2U) << "five of seven must stay";
}

TEST(RingPlans, RefuseWhatIsNoNode) {
  FaultSpec wrong = spec("ring.replace", 0);
  wrong.parameters["with"] = std::string("n8");
  EXPECT_THAT(draw_plan(request({wrong}, 1)).error().message, HasSubstr("\"with\" cannot be \"n8\""));
  wrong.parameters = {{"with", std::vector<std::string>{"n6", "n7"}}};
  EXPECT_THAT(draw_plan(request({wrong}, 1)).error().message, HasSubstr("must be one node"));
  wrong = spec("ring.join", 0);
  wrong.parameters["with"] = std::string("n7");
  EXPECT_THAT(draw_plan(request({wrong}, 1)).error().message, HasSubstr("not a parameter of this kind"));
  PlanRequest alone = request({spec("ring.replace", 0)}, 1);
  alone.nodes = alone.members = {"n1"};
  alone.least_members = 1;
  EXPECT_THAT(draw_plan(alone).error().message, HasSubstr("nobody to put in its place"));
}

}  // namespace
}  // namespace fracas::nemesis
