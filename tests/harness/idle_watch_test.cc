#include "harness/idle_watch.h"

#include <gtest/gtest.h>

namespace fracas::harness {
namespace {

const Settling::Pairs kPairs{{"n1", "n2"}, {"n2", "n1"}};

NodeStatus status(std::uint64_t changes, std::uint64_t repairs, const std::string& peer,
                  std::uint64_t completed) {
  NodeStatus status;
  status.changes = changes;
  status.repairs = repairs;
  status.exchanges = {{peer, completed}};
  return status;
}

/// Both report that they have completed as many exchanges.
void report(IdleWatch& watch, std::uint64_t changes, std::uint64_t repairs, std::uint64_t completed) {
  watch.observe("n1", status(changes, repairs, "n2", completed));
  watch.observe("n2", status(0, 0, "n1", completed));
}

TEST(IdleWatch, WaitsForTwoExchangesOfEveryPair) {
  IdleWatch watch({"n1", "n2"}, kPairs);
  report(watch, 9, 9, 7);
  report(watch, 9, 9, 8);
  EXPECT_FALSE(watch.done());
  report(watch, 9, 9, 8);
  EXPECT_FALSE(watch.done());
  watch.observe("n1", status(9, 9, "n2", 9));
  EXPECT_FALSE(watch.done()) << "n2 has not";
  watch.observe("n2", status(0, 0, "n1", 9));
  EXPECT_TRUE(watch.done());
  EXPECT_TRUE(watch.idle_time().complete);
  for (const checker::NodeWork& work : watch.idle_time().nodes) EXPECT_EQ(work.changes + work.repairs, 0U);
}

TEST(IdleWatch, RepairsThatWereUnderWayDoNotCountAndChangesDo) {
  IdleWatch watch({"n1", "n2"}, kPairs);
  report(watch, 1, 1, 7);
  report(watch, 2, 5, 8);
  report(watch, 2, 5, 8);
  report(watch, 2, 8, 9);
  const checker::IdleTime idle = watch.idle_time();
  ASSERT_EQ(idle.nodes.size(), 2U);
  EXPECT_EQ(idle.nodes[0].changes, 1U);
  EXPECT_EQ(idle.nodes[0].repairs, 3U);
}

TEST(IdleWatch, ANodeThatStartedAnewIsWatchedAnew) {
  IdleWatch watch({"n1", "n2"}, kPairs);
  report(watch, 4, 4, 7);
  report(watch, 4, 4, 8);
  report(watch, 4, 4, 8);
  report(watch, 0, 0, 0);
  EXPECT_EQ(watch.idle_time().nodes.at(0).changes, 0U);
  EXPECT_FALSE(watch.done());
}

TEST(IdleWatch, NodesThatShareNothingHaveOnlyToReport) {
  IdleWatch watch({"n1", "n2"}, {});
  report(watch, 0, 0, 0);
  report(watch, 0, 0, 0);
  EXPECT_TRUE(watch.done());
}

}  // namespace
}  // namespace fracas::harness
