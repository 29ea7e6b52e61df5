// What read-your-writes and regular accuse and what they do not, in short stories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kContext = R"({"n1#1":1})";

TEST(ReadYourWrites, AnOlderValueAfterOnesOwnWriteIsAccusedInWords) {
  Story s;
  s.wrote(5, R"("5-2")").wrote(3, R"("3-17")").found(3, R"("5-2")");
  const Verdict verdict = judge("read-your-writes", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.checked, 1U);
  ASSERT_EQ(verdict.witnesses.size(), 1U);
  EXPECT_THAT(verdict.witnesses[0].operations, ElementsAre(2U, 4U));
  EXPECT_EQ(
      verdict.witnesses[0].explanation,
      "Session 3 wrote \"3-17\" to k via n3 (acknowledged at 3.000 s), then read k via n3 at 4.000 s and got "
      "\"5-2\", which had been superseded before its own began: it did not see its own write.");
}

TEST(ReadYourWrites, AConcurrentWriteMayHideOnesOwn) {
  Story s;
  s.write(5, "1").write(3, "2").ok(3).ok(5).found(3, "1");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::holds);
}

TEST(ReadYourWrites, NothingFoundIsExplainedByAnUnsureDelete) {
  Story s;
  s.remove(5).info(5).wrote(3, "2").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::holds);
  Story t;
  t.wrote(3, "2").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", t).result, Result::violated);
}

TEST(ReadYourWrites, AnUnsureOwnWriteNeedNotBeSeen) {
  Story s;
  s.write(3, "2").info(3).found(4, "null");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::not_applicable);
}

TEST(ReadYourWrites, WithStampsALostWriteIsNoViolation) {
  // Session 3's write lost at once to an older one with a larger stamp: that is lost-writes' business.
  Story s;
  s.wrote(5, "1", R"([900,"n5",0])").wrote(3, "2", R"([100,"n3",0])").found(3, "1", R"([900,"n5",0])");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::holds);
}

TEST(ReadYourWrites, WithStampsAnOlderVersionIsAccused) {
  Story s;
  s.wrote(5, "1", R"([100,"n5",0])").wrote(3, "2", R"([900,"n3",0])").found(3, "1", R"([100,"n5",0])");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::violated);
}

TEST(ReadYourWrites, WithStampsNothingFoundNeedsADeleteThatMayBeNewer) {
  Story s;
  s.remove(5).ok(5, "null", R"([50,"n5",0])").wrote(3, "2", R"([100,"n3",0])").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::violated);
  Story t;
  t.remove(5).info(5).wrote(3, "2", R"([100,"n3",0])").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", t).result, Result::holds);
}

TEST(ReadYourWrites, ADeleteOfTheSameMicrosecondByAnotherNodeMayBeNewer) {
  Story s;
  s.remove(5).ok(5, "null", R"([50,"n3",0])").remove(6).ok(6, "null", R"([50,"n6",0])");
  s.wrote(3, "2", R"([50,"n3",1])").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", s).result, Result::holds);
  Story t;
  t.remove(5).ok(5, "null", R"([49,"n3",0])").remove(6).ok(6, "null", R"([49,"n6",0])");
  t.wrote(3, "2", R"([50,"n3",1])").found(3, "null");
  EXPECT_EQ(judge("read-your-writes", t).result, Result::violated);
}

TEST(ReadYourWrites, AnOwnSiblingMustBeThereOrCovered) {
  Story gone;
  gone.wrote(5, "1").wrote(3, "2").found(3, "1");
  EXPECT_EQ(judge("read-your-writes", gone, siblings_store()).result, Result::violated);
  Story beside;
  beside.wrote(5, "1").wrote(3, "2").found(3, "[1,2]");
  EXPECT_EQ(judge("read-your-writes", beside, siblings_store()).result, Result::holds);
  Story covered;
  covered.wrote(3, "2").found(5, "2").wrote(5, "7", "", kContext).found(3, "7");
  EXPECT_EQ(judge("read-your-writes", covered, siblings_store()).result, Result::holds);
}

TEST(ReadYourWrites, AnOwnAddMustBeAmongTheElements) {
  Story s;
  s.add(3, "1").ok(3).found(3, "[2]");
  EXPECT_EQ(judge("read-your-writes", s, siblings_store()).result, Result::violated);
  Story t;
  t.add(3, "1").ok(3).found(3, "[1]");
  EXPECT_EQ(judge("read-your-writes", t, siblings_store()).result, Result::holds);
}

TEST(Regular, ASupersededValueIsAccusedInAnySession) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "1");
  const Verdict verdict = judge("regular", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 2U, 4U));
  EXPECT_THAT(verdict.witnesses[0].explanation, HasSubstr("superseded before the read began"));
}

TEST(Regular, AWriteThatHasNotEndedSupersedesNothing) {
  Story s;
  s.wrote(1, "1").write(2, "2").found(3, "1").ok(2);
  EXPECT_EQ(judge("regular", s).result, Result::holds);
  Story t;
  t.wrote(1, "1").write(2, "2").info(2).found(3, "1").found(4, "2").found(5, "1");
  EXPECT_EQ(judge("regular", t).result, Result::holds);
}

TEST(Regular, FinalReadsAreJudgedLikeAllOthers) {
  Story stale;
  stale.wrote(1, "1").wrote(2, "2").found(3, "1", "", true);
  EXPECT_EQ(judge("regular", stale).result, Result::violated);
  Story siblings;
  siblings.wrote(1, "1").wrote(2, "2").found(3, "1", "", true);
  EXPECT_EQ(judge("regular", siblings, siblings_store()).result, Result::violated);
  Story own;
  own.wrote(1, "1").wrote(2, "2").found(2, "1", "", true);
  EXPECT_EQ(judge("read-your-writes", own).result, Result::violated);
}

TEST(Regular, NothingFoundAfterAWriteNeedsADelete) {
  Story s;
  s.wrote(1, "1").found(3, "null");
  EXPECT_EQ(judge("regular", s).result, Result::violated);
  Story t;
  t.wrote(1, "1").remove(2).found(3, "null").ok(2);
  EXPECT_EQ(judge("regular", t).result, Result::holds);
}

TEST(Regular, ASiblingThatNobodySupersededMustBeShown) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "2");
  EXPECT_EQ(judge("regular", s, siblings_store()).result, Result::violated);
  Story t;
  t.wrote(1, "1").wrote(2, "2").found(3, "[2,1]");
  EXPECT_EQ(judge("regular", t, siblings_store()).result, Result::holds);
}

TEST(Regular, ATombstoneMayHideBesideASibling) {
  // Session 2 saw 1 and deleted it; session 3 wrote blindly. The read shows only 3: the delete covers 1.
  Story s;
  s.wrote(1, "1").found(2, "1").remove(2, kContext).info(2).wrote(3, "3").found(4, "3");
  EXPECT_EQ(judge("regular", s, siblings_store()).result, Result::holds);
}

TEST(Regular, AnAcknowledgedDeleteIsNotUndone) {
  Story s;
  s.wrote(1, "1").found(2, "1").remove(2, kContext).ok(2).found(4, "1");
  const Verdict verdict = judge("regular", s, siblings_store());
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("deleted k"));
}

TEST(Regular, APutsAnswerCoversTheSiblingsItShows) {
  Story s;
  s.wrote(1, "1").write(2, "2").ok(2, "null", "", "[1]").wrote(2, "3", "", kContext).found(4, "3");
  EXPECT_EQ(judge("regular", s, siblings_store()).result, Result::holds);
  Story t;  // the answer showed nothing else, so 1 cannot be covered
  t.wrote(1, "1").write(2, "2").ok(2).wrote(2, "3", "", kContext).found(4, "3");
  EXPECT_EQ(judge("regular", t, siblings_store()).result, Result::violated);
}

TEST(Regular, ValuesThatAreWrittenTwiceCannotBeJudgedWithSiblings) {
  Story s;
  s.wrote(1, "1").wrote(2, "1").found(3, "1");
  const Verdict verdict = judge("regular", s, siblings_store());
  EXPECT_EQ(verdict.result, Result::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("written to k twice"));
}

TEST(Regular, ABareHistoryWithArraysThatNobodyWroteHasSiblings) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "[1,2]").found(4, "1");
  const Verdict verdict = judge("regular", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.count, 1U);
}

TEST(Regular, WithoutContextsAWriteMayHaveSupersededWhatHadBegunBeforeItEnded) {
  Story shown;
  shown.wrote(1, "1").wrote(2, "2").found(3, "[1,2]");
  shown.wrote(3, "3").found(4, "3");  // after having seen both, or blindly: nobody tells
  EXPECT_EQ(judge("regular", shown).result, Result::holds);

  Story concurrent;
  concurrent.wrote(1, "1").wrote(2, "2").found(3, "[1,2]");
  concurrent.write(1, "3").wrote(2, "4").ok(1).found(4, "3");  // the store may have overwritten 4
  EXPECT_EQ(judge("regular", concurrent).result, Result::holds);
}

TEST(Regular, WithoutContextsADeleteMayHaveTakenEverythingBeforeItsEnd) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "[1,2]").remove(3).ok(3).found(4, "null");
  EXPECT_EQ(judge("regular", s).result, Result::holds);

  Story later;
  later.wrote(1, "1").wrote(2, "2").found(3, "[1,2]").remove(3).ok(3).wrote(1, "3").found(4, "null");
  EXPECT_EQ(judge("regular", later).result, Result::violated);
}

TEST(Regular, NamesTheFaultsAround) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "1");
  Evidence evidence;
  evidence.faults = {{.kind = "network.partition",
                      .nodes = {"n1", "n2"},
                      .begin_ns = 2'500'000'000,
                      .end_ns = 9'000'000'000,
                      .took_effect = true},
                     {.kind = "process.kill",
                      .nodes = {"n3"},
                      .begin_ns = 8'000'000'000,
                      .end_ns = 9'000'000'000,
                      .took_effect = true}};
  EXPECT_THAT(judge("regular", s, evidence).witnesses.at(0).explanation,
              testing::EndsWith(", during network.partition on n1, n2 (2.500 s to 9.000 s)."));
}

}  // namespace
}  // namespace fracas::checker
