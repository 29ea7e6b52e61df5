// Each kind against surroundings that only remember: it undoes what it did, alone, and its evidence is
// honest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nemesis/kinds_fixture.h"

namespace fracas::nemesis {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(KindsTest, AKillEndsTheProcessesAndStartsThemAgain) {
  nodes.in_flight = {{"n1", 3}, {"n2", 4}};
  const auto kill = begin("process.kill", {"n1", "n2"});
  EXPECT_EQ(nodes.state("n1"), NodeState::stopped);
  later(2 * kSecond);
  nodes.in_flight.clear();
  const Ended ended = end(kill);
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1", "kill n2", "start n1", "start n2"));
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["operations_in_flight"], 7) << "those at the moment of death";
  EXPECT_EQ(ended.measured["nodes"]["n1"]["restarted_after_ms"], 2000.0);
}

TEST_F(KindsTest, AKillOfADeadNodeTookNoEffectAndStartsNothing) {
  nodes.states["n1"] = NodeState::stopped;
  const Ended ended = end(begin("process.kill", {"n1"}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(nodes.calls, IsEmpty());
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "it was not running");
  EXPECT_TRUE(ended.measured.contains("why"));
}

TEST_F(KindsTest, AKillThatLeavesTheProcessAliveTookNoEffect) {
  nodes.immortal = true;
  const Ended ended = end(begin("process.kill", {"n1"}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "the process was not seen to end");
}

TEST_F(KindsTest, ANodeThatOthersStartedIsNotStartedTwice) {
  const auto kill = begin("process.kill", {"n1"});
  nodes.start("n1");
  const Ended ended = end(kill);
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1", "start n1"));
  EXPECT_TRUE(ended.took_effect);
  EXPECT_THAT(ended.measured["nodes"]["n1"]["why"].get<std::string>(),
              HasSubstr("started by something else"));
}

TEST_F(KindsTest, APauseStopsAndResumes) {
  nodes.in_flight["n2"] = 5;
  const auto pause = begin("process.pause", {"n2"});
  EXPECT_EQ(nodes.state("n2"), NodeState::paused);
  later(3 * kSecond);
  const Ended ended = end(pause);
  EXPECT_EQ(nodes.state("n2"), NodeState::ready);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["operations_in_flight"], 5);
  EXPECT_EQ(ended.measured["nodes"]["n2"]["paused_ms"], 3000.0);
}

TEST_F(KindsTest, APauseThatTheKernelDoesNotShowTookNoEffect) {
  nodes.unpausable = true;
  const Ended ended = end(begin("process.pause", {"n1"}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "the kernel did not show it as stopped");
}

TEST_F(KindsTest, APauseOfADeadOrPausedNodeTookNoEffectAndResumesNothing) {
  nodes.states["n1"] = NodeState::stopped;
  nodes.states["n2"] = NodeState::paused;
  const Ended ended = end(begin("process.pause", {"n1", "n2"}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(nodes.calls, IsEmpty());
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "it was not running");
  EXPECT_EQ(ended.measured["nodes"]["n2"]["why"], "it was paused already");
}

TEST_F(KindsTest, ANodeKilledDuringAPauseIsRestartedByTheKillAlone) {
  const auto pause = begin("process.pause", {"n1"});
  const auto kill = begin("process.kill", {"n1"});
  EXPECT_TRUE(end(kill).took_effect);
  const Ended ended = end(pause);
  EXPECT_TRUE(ended.took_effect) << "it had been seen stopped";
  EXPECT_THAT(nodes.calls, ElementsAre("pause n1", "kill n1", "start n1"));
  EXPECT_THAT(ended.measured["nodes"]["n1"]["why"].get<std::string>(), HasSubstr("killed or resumed"));
}

TEST_F(KindsTest, APartitionBlocksItsLinksAndCountsWhatHappenedOnThem) {
  network.counts[{"n1", "n2"}] = {
      .connections_cut = 10, .connections_refused = 10, .bytes_held = 10, .bytes_passed = 10};
  const auto partition =
      begin("network.partition", {"n1"}, {{"cut", std::vector<std::string>{"n1>n2", "n3>clients"}}});
  EXPECT_THAT(network.blocked(), ElementsAre("n1>n2", "n3>clients"));
  network.counts[{"n1", "n2"}] = {
      .connections_cut = 11, .connections_refused = 12, .bytes_held = 13, .bytes_passed = 10};
  network.counts[{"n3", "clients"}] = {
      .connections_cut = 1, .connections_refused = 0, .bytes_held = 100, .bytes_passed = 0};
  const Ended ended = end(partition);
  EXPECT_THAT(network.blocked(), IsEmpty());
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["connections_cut"], 2);
  EXPECT_EQ(ended.measured["connections_refused"], 2);
  EXPECT_EQ(ended.measured["bytes_held"], 103);
  EXPECT_EQ(ended.measured["links"]["n1>n2"],
            json::parse(R"({"connections_cut": 1, "connections_refused": 2, "bytes_held": 3})"));
}

TEST_F(KindsTest, APartitionOfSilentLinksTookNoEffect) {
  network.counts[{"n1", "n2"}].bytes_held = 5;  // of an earlier fault
  const auto partition = begin("network.partition", {"n1"}, {{"cut", std::vector<std::string>{"n1>n2"}}});
  network.counts[{"n1", "n2"}].bytes_passed = 7;
  const Ended ended = end(partition);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(ended.measured["why"].get<std::string>(), HasSubstr("nothing was sent"));
}

TEST_F(KindsTest, OverlappingPartitionsHealAlone) {
  const auto first =
      begin("network.partition", {"n1"}, {{"cut", std::vector<std::string>{"n1>n2", "n2>n1"}}});
  const auto second =
      begin("network.partition", {"n1"}, {{"cut", std::vector<std::string>{"n1>n2", "n1>n3"}}});
  end(first);
  EXPECT_THAT(network.blocked(), ElementsAre("n1>n2", "n1>n3"));
  end(second);
  EXPECT_THAT(network.blocked(), IsEmpty());
}

TEST_F(KindsTest, AJumpTookEffectWhenTheNodeReadsAtLeastHalfOfIt) {
  read_skew("n1", 1'000'000);
  auto jump = begin("clock.jump", {"n1"}, {{"by", "2s"}});
  ASSERT_EQ(clocks.active.size(), 1U);
  EXPECT_EQ(clocks.active.begin()->second.skew.offset, 2 * kSecond);
  read_skew("n1", 1'900'000'000);
  read_skew("n1", 2'010'000'000);
  Ended ended = end(jump);
  EXPECT_THAT(clocks.active, IsEmpty());
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["asked_ms"], 2000.0);
  EXPECT_EQ(ended.measured["samples"], 2);
  EXPECT_EQ(ended.measured["skew_ms"], json::parse(R"({"min": 1900.0, "max": 2010.0})"));
  EXPECT_EQ(ended.measured["nodes"]["n1"]["before_ms"], 1.0);

  read_skew("n1", 0);
  jump = begin("clock.jump", {"n1"}, {{"by", "2s"}});
  read_skew("n1", 999'000'000);
  ended = end(jump);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "the clock that was read back did not follow");
}

TEST_F(KindsTest, ASmallJumpIsNotBelievedWhenTheReadingsAreAsUncertain) {
  constexpr Nanoseconds kMillisecond = 1'000'000;
  read_skew("n1", 0, 2 * kMillisecond);
  auto jump = begin("clock.jump", {"n1"}, {{"by", "20ms"}});
  read_skew("n1", 20 * kMillisecond, 9 * kMillisecond);
  Ended ended = end(jump);
  EXPECT_FALSE(ended.took_effect) << "it certainly moved by 9 ms only";
  EXPECT_EQ(ended.measured["nodes"]["n1"]["uncertain_by_ms"], 9.0);

  later(kSecond);
  read_skew("n1", 0, 2 * kMillisecond);
  jump = begin("clock.jump", {"n1"}, {{"by", "20ms"}});
  read_skew("n1", 20 * kMillisecond, 8 * kMillisecond);
  EXPECT_TRUE(end(jump).took_effect);
}

TEST_F(KindsTest, AJumpBackMustBeReadAsAJumpBack) {
  read_skew("n1", 0);
  auto jump = begin("clock.jump", {"n1"}, {{"by", "-2s"}});
  read_skew("n1", 2 * kSecond);
  EXPECT_FALSE(end(jump).took_effect);
  read_skew("n1", 0);
  jump = begin("clock.jump", {"n1"}, {{"by", "-2s"}});
  read_skew("n1", -2 * kSecond);
  EXPECT_TRUE(end(jump).took_effect);
}

TEST_F(KindsTest, ASkewThatWasThereBeforeIsNoEvidence) {
  read_skew("n1", 0);
  const auto first = begin("clock.jump", {"n1"}, {{"by", "1m"}});
  read_skew("n1", 60 * kSecond);
  const auto second = begin("clock.jump", {"n1"}, {{"by", "5s"}});
  read_skew("n1", 60 * kSecond);
  EXPECT_FALSE(end(second).took_effect);
  EXPECT_EQ(clocks.active.size(), 1U) << "the first distortion stays";
  EXPECT_TRUE(end(first).took_effect);
  EXPECT_THAT(clocks.active, IsEmpty());
}

TEST_F(KindsTest, AClockThatNobodyReadIsNoEvidence) {
  const Ended ended = end(begin("clock.jump", {"n1"}, {{"by", "2s"}}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(ended.measured["nodes"]["n1"]["why"].get<std::string>(), HasSubstr("was not read"));
  EXPECT_EQ(clocks.released, 1U);
}

TEST_F(KindsTest, AClockThatCannotBeDistortedIsLeftAloneAndSaysWhy) {
  clocks.forbidden = "ptrace is not allowed here";
  const Ended ended = end(begin("clock.strobe", {"n1"}, {{"by", "2s"}, {"period", "100ms"}}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(clocks.released, 0U);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "ptrace is not allowed here");
}

TEST_F(KindsTest, ADriftTookEffectWhenAFairShareOfItHasGathered) {
  read_skew("n1", 0);
  read_skew("n2", 0);
  const auto drift = begin("clock.drift", {"n1", "n2"}, {{"rate", 1.5}});
  ASSERT_EQ(clocks.active.size(), 2U);
  EXPECT_EQ(clocks.active.begin()->second.skew.rate, 1.5);
  later(4 * kSecond);  // 2 s expected, a quarter of it needed
  read_skew("n1", 600'000'000);
  read_skew("n2", 100'000'000);
  const Ended ended = end(drift);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["took_effect"], true);
  EXPECT_EQ(ended.measured["nodes"]["n2"]["took_effect"], false);
  EXPECT_EQ(clocks.released, 2U);
}

TEST_F(KindsTest, AStrobePassesItsPeriodOn) {
  const auto strobe = begin("clock.strobe", {"n1"}, {{"by", "-3s"}, {"period", "20ms"}});
  ASSERT_EQ(clocks.active.size(), 1U);
  EXPECT_EQ(clocks.active.begin()->second.period, 20'000'000);
  EXPECT_EQ(clocks.active.begin()->second.skew.offset, -3 * kSecond);
  read_skew("n1", 0);
  read_skew("n1", -3 * kSecond);
  EXPECT_TRUE(end(strobe).took_effect);
}

TEST_F(KindsTest, AFrozenClockIsReadAsFallingBehind) {
  read_skew("n1", 0);
  read_skew("n2", 0);
  const auto freeze = begin("clock.freeze", {"n1", "n2"});
  ASSERT_EQ(clocks.active.size(), 2U);
  EXPECT_EQ(clocks.active.begin()->second.skew.rate, 0.0);
  EXPECT_EQ(clocks.active.begin()->second.skew.offset, 0);
  later(4 * kSecond);
  read_skew("n1", -3 * kSecond);
  read_skew("n2", 3 * kSecond);
  const Ended ended = end(freeze);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["took_effect"], true);
  EXPECT_EQ(ended.measured["nodes"]["n2"]["took_effect"], false) << "a clock ahead does not stand still";
  EXPECT_EQ(clocks.released, 2U);
}

TEST(KindTable, DescribesEveryKind) {
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(find_kind(kind.name), &kind);
    EXPECT_FALSE(kind.sentence.empty());
    EXPECT_GT(kind.default_duration, 0);
    EXPECT_NE(class_of(kind.name), kind.name) << "a kind is called class.name";
    for (const ParameterInfo& parameter : kind.parameters) {
      EXPECT_FALSE(parameter.values.empty() || parameter.default_value.empty() || parameter.sentence.empty())
          << parameter.name;
    }
  }
  EXPECT_EQ(find_kind("no.such"), nullptr);
  EXPECT_EQ(class_of("clock.jump"), "clock");
}

}  // namespace
}  // namespace fracas::nemesis
