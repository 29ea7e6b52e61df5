// The faults of disks: what they do to the disk, in which order with the node's death, and what proves it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nemesis/kinds_fixture.h"

namespace fracas::nemesis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using DiskKindsTest = KindsTest;

struct LossCase {
  std::string kind;
  Parameters parameters;
  std::string call;
};

const std::vector<LossCase>& losses() {
  static const std::vector<LossCase> all{
      {"disk.power-loss", {{"torn", false}}, "lose"},
      {"disk.power-loss", {{"torn", true}}, "tear"},
      {"disk.wipe", {}, "wipe"},
      {"disk.truncate", {{"records", std::int64_t{7}}}, "truncate 7"},
  };
  return all;
}

TEST_F(DiskKindsTest, ANodeLosesStateOnlyWhileItIsDown) {
  disks.losses["n2"] = {.records = 3, .bytes = 100};
  for (const LossCase& that : losses()) {
    nodes.calls.clear();
    nodes.states["n2"] = NodeState::ready;
    nodes.in_flight["n2"] = 5;
    const auto fault = begin(that.kind, {"n2"}, that.parameters);
    EXPECT_EQ(nodes.state("n2"), NodeState::stopped) << that.kind;
    later(kSecond);
    nodes.in_flight.clear();
    const Ended ended = end(fault);
    EXPECT_THAT(nodes.calls, ElementsAre("kill n2", that.call + " n2", "start n2"));
    EXPECT_TRUE(ended.took_effect) << that.kind;
    EXPECT_EQ(ended.measured["records_lost"], 3) << that.kind;
    EXPECT_EQ(ended.measured["bytes_lost"], 100) << that.kind;
    EXPECT_EQ(ended.measured["nodes"]["n2"]["operations_in_flight"], 5) << that.kind;
    EXPECT_EQ(ended.measured["nodes"]["n2"]["restarted_after_ms"], 1000.0) << that.kind;
  }
}

TEST_F(DiskKindsTest, ADiskOfANodeThatIsDownIsLeftAlone) {
  disks.losses["n1"] = {.records = 3, .bytes = 100};
  std::vector<LossCase> all = losses();
  all.push_back({"disk.bit-flip", {{"records", std::int64_t{1}}}, ""});
  for (const LossCase& that : all) {
    nodes.states["n1"] = NodeState::stopped;
    const Ended ended = end(begin(that.kind, {"n1"}, that.parameters));
    EXPECT_THAT(nodes.calls, IsEmpty()) << that.kind;
    EXPECT_FALSE(ended.took_effect) << that.kind;
    EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "it was not running") << that.kind;
    EXPECT_TRUE(ended.measured.contains("why")) << that.kind;
  }
}

TEST_F(DiskKindsTest, ADiskOfAProcessThatWillNotDieIsLeftAlone) {
  nodes.immortal = true;
  const Ended ended = end(begin("disk.wipe", {"n1"}));
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1"));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["why"], "the process was not seen to end");
}

TEST_F(DiskKindsTest, APowerLossThatFoundEverythingSyncedTookEffectAllTheSame) {
  Ended ended = end(begin("disk.power-loss", {"n1"}, {{"torn", false}}));
  EXPECT_TRUE(ended.took_effect) << "that nothing was lost is what it tests";
  EXPECT_EQ(ended.measured["records_lost"], 0);
  nodes.states["n1"] = NodeState::ready;
  ended = end(begin("disk.wipe", {"n1"}));
  EXPECT_FALSE(ended.took_effect) << "an empty disk has nothing to lose";
  EXPECT_THAT(ended.measured["why"].get<std::string>(), HasSubstr("nothing was on the disk"));
}

TEST_F(DiskKindsTest, ARestoreTakesTheNodeBackToWhereTheFaultBegan) {
  disks.losses["n3"] = {.records = 9, .bytes = 300};
  const auto restore = begin("disk.restore", {"n3"});
  EXPECT_THAT(nodes.calls, ElementsAre("snapshot n3"));
  EXPECT_EQ(nodes.state("n3"), NodeState::ready) << "it runs on meanwhile";
  const Ended ended = end(restore);
  EXPECT_THAT(nodes.calls, ElementsAre("snapshot n3", "kill n3", "restore n3", "start n3"));
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["records_lost"], 9);
}

TEST_F(DiskKindsTest, ARestoreOfANodeThatIsDownWhenItEndsOrWroteNothingTookNoEffect) {
  auto restore = begin("disk.restore", {"n1"});
  nodes.states["n1"] = NodeState::stopped;
  Ended ended = end(restore);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(nodes.calls, ElementsAre("snapshot n1")) << "who stopped it will start it";
  nodes.states["n1"] = NodeState::ready;
  ended = end(begin("disk.restore", {"n1"}));
  EXPECT_FALSE(ended.took_effect);
  EXPECT_TRUE(ended.measured.contains("why"));
}

TEST_F(DiskKindsTest, ANodeThatRefusesItsDamagedDiskGetsAnEmptyOne) {
  disks.losses["n1"] = {.records = 2, .bytes = 2};
  const auto flip = begin("disk.bit-flip", {"n1"}, {{"records", std::int64_t{2}}});
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1", "flip 2 n1", "start n1"));
  disks.damages.insert("n1");
  nodes.states["n1"] = NodeState::stopped;
  disks.losses["n1"] = {.records = 50, .bytes = 999};
  const Ended ended = end(flip);
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1", "flip 2 n1", "start n1", "wipe n1", "start n1"));
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["records_damaged"], 2);
  EXPECT_EQ(ended.measured["records_lost"], 50);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["disk_replaced"], true);
}

TEST_F(DiskKindsTest, ANodeIsDownWhileItsDiskIsReplaced) {
  disks.losses["n1"] = {.records = 1, .bytes = 1};
  const auto flip = begin("disk.bit-flip", {"n1"}, {{"records", std::int64_t{1}}});
  disks.damages.insert("n1");
  nodes.states["n1"] = NodeState::starting;
  nodes.calls.clear();
  end(flip);
  EXPECT_THAT(nodes.calls, ElementsAre("kill n1", "wipe n1", "start n1"));
}

TEST_F(DiskKindsTest, ANodeThatGotOverItsFlippedBitsKeepsItsDisk) {
  disks.losses["n1"] = {.records = 1, .bytes = 1};
  const auto flip = begin("disk.bit-flip", {"n1"}, {{"records", std::int64_t{1}}});
  nodes.calls.clear();
  const Ended ended = end(flip);
  EXPECT_THAT(nodes.calls, IsEmpty());
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["records_lost"], 0);
}

TEST_F(DiskKindsTest, FailingAndSlowDisksAreRulesThatEndWithTheFault) {
  const auto rule_of = [&](const std::string& kind, Parameters parameters) {
    const auto fault = begin(kind, {"n2"}, std::move(parameters));
    EXPECT_EQ(disks.rules.size(), 1U);
    EXPECT_EQ(disks.rules.begin()->second.first, "n2");
    const DiskRule rule = disks.rules.begin()->second.second;
    end(fault);
    EXPECT_THAT(disks.rules, IsEmpty());
    return rule;
  };
  const DiskRule full = rule_of("disk.full", {});
  EXPECT_TRUE(full.full && !full.write_errors && !full.sync_errors);
  const DiskRule write = rule_of("disk.error", {{"on", "write"}});
  EXPECT_TRUE(write.write_errors && !write.full && !write.sync_errors);
  const DiskRule sync = rule_of("disk.error", {{"on", "sync"}});
  EXPECT_TRUE(sync.sync_errors && !sync.full && !sync.write_errors);
  const DiskRule slow = rule_of("disk.slow", {{"by", "30ms"}});
  EXPECT_EQ(slow.slow_write, 30'000'000);
  EXPECT_EQ(slow.slow_sync, 30'000'000);
  EXPECT_FALSE(slow.full || slow.write_errors || slow.sync_errors);
  EXPECT_THAT(nodes.calls, IsEmpty()) << "the node's death is its own affair";
}

TEST_F(DiskKindsTest, FailingAndSlowDisksTookEffectWhenACallMetThem) {
  disks.counts["n1"] = {.errors_returned = 4, .slowed = 4};
  auto full = begin("disk.full", {"n1", "n2"});
  disks.counts["n1"].errors_returned += 2;
  disks.counts["n2"].errors_returned += 1;
  Ended ended = end(full);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["errors_returned"], 3);
  EXPECT_EQ(ended.measured["nodes"]["n1"]["errors_returned"], 2);

  full = begin("disk.full", {"n1"});
  disks.counts["n1"].slowed += 5;
  ended = end(full);
  EXPECT_FALSE(ended.took_effect);
  EXPECT_THAT(ended.measured["why"].get<std::string>(), HasSubstr("no node wrote"));

  const auto slow = begin("disk.slow", {"n1"}, {{"by", "30ms"}});
  disks.counts["n1"].slowed += 6;
  EXPECT_EQ(end(slow).measured["writes_slowed"], 6);
}

}  // namespace
}  // namespace fracas::nemesis
