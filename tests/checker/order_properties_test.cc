// What monotonic-reads, monotonic-writes, writes-follow-reads, antichain, no-resurrection and ack-count
// accuse and what they do not, in short stories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kContext = R"({"n1#1":1})";

TEST(MonotonicReads, NewThenOldByOneSessionIsAccusedInWords) {
  Story s;
  s.wrote(1, "1").wrote(1, "2").found(3, "2").found(3, "1");
  const Verdict verdict = judge("monotonic-reads", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.checked, 1U);
  ASSERT_EQ(verdict.witnesses.size(), 1U);
  EXPECT_THAT(verdict.witnesses[0].operations, ElementsAre(4U, 6U));
  EXPECT_EQ(
      verdict.witnesses[0].explanation,
      "Session 3 read k via n3 at 4.000 s and got 2, then read k via n3 at 6.000 s and got 1, which had been "
      "superseded before that was written: it went back.");
}

TEST(MonotonicReads, TwoSessionsMayDisagree) {
  Story s;
  s.wrote(1, "1").wrote(1, "2").found(3, "2").found(4, "1");
  EXPECT_EQ(judge("monotonic-reads", s).result, Result::not_applicable);
}

TEST(MonotonicReads, ConcurrentAndUnsureWritesMayBeSeenInAnyOrder) {
  Story s;
  s.write(1, "1").write(2, "2").ok(1).ok(2).found(3, "2").found(3, "1");
  EXPECT_EQ(judge("monotonic-reads", s).result, Result::holds);
  Story t;
  t.write(1, "1").info(1).wrote(2, "2").found(3, "2").found(3, "1");
  EXPECT_EQ(judge("monotonic-reads", t).result, Result::holds);
}

TEST(MonotonicReads, AnswersWithoutAnythingNeedADelete) {
  Story s;
  s.wrote(1, "1").found(3, "1").found(3, "null");
  EXPECT_EQ(judge("monotonic-reads", s).result, Result::violated);
  Story t;
  t.wrote(1, "1").remove(2).info(2).found(3, "1").found(3, "null");
  EXPECT_EQ(judge("monotonic-reads", t).result, Result::holds);
}

TEST(MonotonicReads, VersionsDecideWhereTheyAreShown) {
  Story s;  // the later write lost by its stamp: reading the earlier one after it is progress
  s.wrote(1, "1", R"([9,"n1",0])").wrote(2, "2", R"([5,"n2",0])");
  s.found(3, "2", R"([5,"n2",0])").found(3, "1", R"([9,"n1",0])").found(3, "2", R"([5,"n2",0])");
  const Verdict verdict = judge("monotonic-reads", s);
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("stamped 4 us before that"));
}

TEST(MonotonicReads, ASiblingOnceShownIsShownAgainOrSuperseded) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "[1,2]").found(3, "1");
  EXPECT_EQ(judge("monotonic-reads", s, siblings_store()).result, Result::violated);
  Story t;
  t.wrote(1, "1").wrote(2, "2").found(3, "[1,2]").wrote(3, "3", "", kContext).found(3, "3");
  EXPECT_EQ(judge("monotonic-reads", t, siblings_store()).result, Result::holds);
}

TEST(MonotonicReads, AnElementOnceSeenStays) {
  Story s;
  s.add(1, "1").ok(1, "null", "", "", "[]").found(3, "[1]").found(3, "[]");
  EXPECT_EQ(judge("monotonic-reads", s, siblings_store()).result, Result::violated);
}

TEST(MonotonicWrites, ALaterWriteWithASmallerStampIsAccused) {
  Story s;
  s.wrote(3, "1", R"([9,"n1",0])").wrote(3, "2", R"([5,"n2",0])");
  const Verdict verdict = judge("monotonic-writes", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 2U));
  Story others;
  others.wrote(3, "1", R"([9,"n1",0])").wrote(4, "2", R"([5,"n2",0])");
  EXPECT_EQ(judge("monotonic-writes", others).result, Result::not_applicable);
}

TEST(MonotonicWrites, NeedVersionsToBeSeen) {
  Story s;
  s.wrote(3, "1").wrote(3, "2");
  EXPECT_EQ(judge("monotonic-writes", s).result, Result::not_applicable);
}

TEST(MonotonicWrites, WithSiblingsAWriteWithContextStandsForItsPast) {
  Story s;
  s.wrote(3, "1").wrote(3, "2", "", kContext).found(4, "[1,2]");
  EXPECT_EQ(judge("monotonic-writes", s, siblings_store()).result, Result::violated);
  Story blind;
  blind.wrote(3, "1").wrote(3, "2").found(4, "[1,2]");
  EXPECT_EQ(judge("monotonic-writes", blind, siblings_store()).result, Result::not_applicable);
  Story others;  // superseded without right, but not by its own session
  others.write(5, "1").info(5).found(3, "1").wrote(3, "2", "", kContext).found(4, "[1,2]");
  EXPECT_NE(judge("monotonic-writes", others, siblings_store()).result, Result::violated);
}

TEST(WritesFollowReads, AWriteComesAfterWhatItsSessionHadRead) {
  Story s;
  s.wrote(1, "1", R"([9,"n1",0])").found(3, "1", R"([9,"n1",0])").wrote(3, "2", R"([5,"n2",0])");
  EXPECT_EQ(judge("writes-follow-reads", s).result, Result::violated);
  Story t;
  t.wrote(1, "1").found(3, "1").wrote(3, "2", "", kContext).found(4, "[1,2]");
  const Verdict verdict = judge("writes-follow-reads", t, siblings_store());
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 4U, 6U));
  Story unread;
  unread.wrote(1, "1", R"([9,"n1",0])").wrote(3, "2", R"([5,"n2",0])");
  EXPECT_EQ(judge("writes-follow-reads", unread).result, Result::not_applicable);
}

TEST(WritesFollowReads, WhoeverShowsAnElementShowsWhatItsAddHadSeen) {
  Story s;
  s.add(1, "1").ok(1, "null", "", "", "[]").add(2, "2").ok(2, "null", "", "", "[1]").found(3, "[2]");
  EXPECT_EQ(judge("writes-follow-reads", s, siblings_store()).result, Result::violated);
  Story t;
  t.add(1, "1").ok(1, "null", "", "", "[]").add(2, "2").ok(2, "null", "", "", "[]").found(3, "[2]");
  EXPECT_NE(judge("writes-follow-reads", t, siblings_store()).result, Result::violated);
}

TEST(Antichain, AVersionBesideWhatSupersededItIsAccused) {
  Story s;
  s.wrote(1, "1").found(2, "1").wrote(2, "2", "", kContext).found(3, "[1,2]");
  const Verdict verdict = judge("antichain", s, siblings_store());
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("with both side by side"));
  Story blind;
  blind.wrote(1, "1").found(2, "1").wrote(2, "2").found(3, "[1,2]");
  EXPECT_EQ(judge("antichain", blind, siblings_store()).result, Result::holds);
}

TEST(Antichain, OneWriteHasOneDot) {
  Story s;
  s.wrote(1, "1").found(3, "[1,1]");
  EXPECT_EQ(judge("antichain", s, siblings_store()).result, Result::violated);
}

TEST(Antichain, SaysNothingOfAStoreWithoutSiblings) {
  Story s;
  s.wrote(1, "1", R"([9,"n1",0])").found(3, "1", R"([9,"n1",0])");
  EXPECT_EQ(judge("antichain", s).result, Result::not_applicable);
}

TEST(NoResurrection, WhatADeleteHadSeenStaysAway) {
  const auto deleted = [](Story& s) -> Story& {
    return s.wrote(1, "1").found(2, "1").remove(2, kContext).ok(2);
  };
  Story back;
  EXPECT_EQ(judge("no-resurrection", deleted(back), dumped("siblings", {{}, {"1"}})).result,
            Result::violated);
  Story gone;
  EXPECT_EQ(judge("no-resurrection", deleted(gone), dumped("siblings", {{}, {}})).result, Result::holds);
  Story beside;  // the delete had not seen it
  beside.wrote(1, "1").found(2, "1").wrote(3, "3").remove(2, kContext).ok(2);
  EXPECT_EQ(judge("no-resurrection", beside, dumped("siblings", {{"3"}, {"3"}})).result, Result::holds);
  Story unsure;
  unsure.wrote(1, "1").found(2, "1").remove(2, kContext).info(2);
  EXPECT_EQ(judge("no-resurrection", unsure, dumped("siblings", {{"1"}, {"1"}})).result,
            Result::not_applicable);
}

TEST(NoResurrection, IsJudgedOnlyAfterTheReplicasHaveExchanged) {
  Story s;
  s.wrote(1, "1").found(2, "1").remove(2, kContext).ok(2);
  Evidence early = dumped("siblings", {{}, {"1"}});
  early.settlement->exchanges_completed = false;
  EXPECT_EQ(judge("no-resurrection", s, early).result, Result::unknown);
}

TEST(NoResurrection, WithStampsAnOlderValueIsAccused) {
  const auto deleted = [](Story& s) -> Story& {
    return s.wrote(1, "1", R"([5,"n1",0])").remove(2).ok(2, "null", R"([9,"n2",0])");
  };
  Story back;
  const Evidence old = dumped("lww", {{"1"}, {"1"}}, R"([5,"n1",0])");
  EXPECT_EQ(judge("no-resurrection", deleted(back), old).result, Result::violated);
  Story later;
  later.wrote(1, "1", R"([9,"n1",0])").remove(2).ok(2, "null", R"([5,"n2",0])");
  EXPECT_EQ(judge("no-resurrection", later, dumped("lww", {{"1"}, {"1"}}, R"([9,"n1",0])")).result,
            Result::holds)
      << "the delete lost by its stamp";
}

TEST(AckCount, CountsHomesThatHoldTheWriteOrWhatSupersededIt) {
  const auto judged = [](Evidence evidence) {
    Story s;
    s.wrote(1, "1").found(2, "1").wrote(2, "2", "", kContext);
    evidence.w = 2;
    return judge("ack-count", s, evidence);
  };
  EXPECT_EQ(judged(dumped("siblings", {{"2"}, {"2"}})).result, Result::holds);
  const Verdict once = judged(dumped("siblings", {{"1"}, {"2"}}));
  EXPECT_EQ(once.count, 1U);
  EXPECT_THAT(once.witnesses.at(0).explanation, HasSubstr("is on 1 of its home replicas"));
}

TEST(AckCount, NeedsToKnowHowManyWereAskedFor) {
  Story s;
  s.wrote(1, "1");
  EXPECT_EQ(judge("ack-count", s, dumped("siblings", {{"1"}, {}})).result, Result::not_applicable);
}

}  // namespace
}  // namespace fracas::checker
