// What quiescence accuses and what not, and that it is what it says: some node did something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

Evidence settled(std::vector<NodeWork> nodes) {
  Evidence evidence;
  evidence.settlement = Settlement{.exchanges_completed = true};
  evidence.idle = IdleTime{.complete = true, .seconds = 2, .nodes = std::move(nodes)};
  return evidence;
}

Verdict judged(const Evidence& evidence) {
  Story story;
  return judge("quiescence", story, evidence);
}

TEST(Quiescence, NothingIsDoneOnceReplicasAreEqual) {
  EXPECT_EQ(judged(settled({{"n1", 0, 0}, {"n2", 0, 0}})).result, Result::holds);
  const Verdict verdict = judged(settled({{"n1", 0, 0}, {"n2", 3, 1}}));
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.checked, 2U);
  EXPECT_EQ(verdict.witnesses.at(0).explanation,
            "In the 2.0 s after the replicas had settled, with nobody writing, n2 changed its copies 3 times "
            "and gave 1 to others.");
}

TEST(Quiescence, ReplicasThatHaveNotSettledMayGoOn) {
  Evidence evidence = settled({{"n1", 5, 5}});
  evidence.settlement->exchanges_completed = false;
  EXPECT_EQ(judged(evidence).result, Result::unknown);
  evidence.settlement->exchanges_completed = true;
  evidence.settlement->hints_pending = 1;
  EXPECT_EQ(judged(evidence).result, Result::unknown);
}

TEST(Quiescence, NeedsSomebodyWhoWatched) {
  Evidence evidence = settled({});
  evidence.idle.reset();
  EXPECT_EQ(judged(evidence).result, Result::not_applicable);
  EXPECT_EQ(judged({}).result, Result::not_applicable);
}

TEST(Quiescence, AWatchThatWasCutShortAcquitsNobody) {
  Evidence evidence = settled({{"n1", 0, 0}});
  evidence.idle->complete = false;
  EXPECT_EQ(judged(evidence).result, Result::unknown);
}

RC_GTEST_PROP(Quiescence, AccusesExactlyTheNodesThatDidSomething, ()) {
  std::vector<NodeWork> nodes;
  std::uint64_t busy = 0;
  for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
    const auto changes = *rc::gen::element<std::uint64_t>(0, 0, 1, 7);
    const auto repairs = *rc::gen::element<std::uint64_t>(0, 0, 1, 7);
    nodes.push_back({"n" + std::to_string(i), changes, repairs});
    busy += changes + repairs > 0;
  }
  const Verdict verdict = judged(settled(nodes));
  RC_ASSERT(verdict.count == busy);
  RC_ASSERT(verdict.result == (busy > 0 ? Result::violated : Result::holds));
}

}  // namespace
}  // namespace fracas::checker
