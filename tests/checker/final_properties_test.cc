// What the properties of the end accuse and what they do not: lost updates and writes, durability,
// convergence, phantoms and dishonest failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kContext = R"({"n1#1":1})";

TEST(SetFull, IsNotDecidedBySetsThatNobodyReads) {
  Story unread;
  unread.add(1, "1").ok(1);
  EXPECT_EQ(judge("set-full", unread).result, Result::unknown);

  Story one_of_two;
  one_of_two.add(1, "1").ok(1).found(2, "[1]");
  one_of_two.call({.session = 1, .f = Function::add, .key = "unread", .value = "2"}).ok(1);
  EXPECT_EQ(judge("set-full", one_of_two).result, Result::holds);
}

TEST(LostUpdates, AnAcknowledgedAddIsOnSomeReplica) {
  Story s;
  s.add(1, "1").ok(1, "null", "", "", "[]").add(2, "2").ok(2, "null", "", "", "[1]");
  EXPECT_EQ(judge("lost-updates", s, dumped("siblings", {{"[1]"}, {"[2]", "[1]"}})).result, Result::holds);
}

TEST(LostUpdates, AnElementOnNoReplicaIsLost) {
  Story s;
  s.add(1, "1").add(2, "2").ok(1, "null", "", "", "[]").ok(2, "null", "", "", "[]");
  const Verdict verdict = judge("lost-updates", s, dumped("siblings", {{"[2]"}, {"[2]"}}));
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.checked, 2U);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 1U));
  EXPECT_THAT(verdict.witnesses[0].explanation,
              HasSubstr("not on n1, n2: the update was lost. Meanwhile session 2 added 2"));
}

TEST(LostUpdates, WithoutDumpsTheFinalReadsTell) {
  Story s;
  s.add(1, "1").ok(1).found(2, "[]", "", true).found(3, "[1]", "", true);
  EXPECT_EQ(judge("lost-updates", s).result, Result::holds);
  Story t;
  t.add(1, "1").ok(1).found(2, "[]", "", true);
  EXPECT_EQ(judge("lost-updates", t).result, Result::violated);
  Story never_read;
  never_read.found(2, "[]").add(1, "1").ok(1);
  EXPECT_EQ(judge("lost-updates", never_read).result, Result::unknown);
}

TEST(LostUpdates, UnsureAndFailedAddsNeedNotBeThere) {
  Story s;
  s.add(1, "1").info(1).add(2, "2").fail(2).add(3, "3").ok(3);
  EXPECT_EQ(judge("lost-updates", s, dumped("siblings", {{"[3]"}, {"[3]"}})).result, Result::holds);
}

TEST(LostUpdates, WhereNothingWasAcknowledgedNothingIsUndecided) {
  Story s;
  s.add(1, "1").info(1).add(2, "2").fail(2);
  EXPECT_EQ(judge("lost-updates", s).result, Result::not_applicable);
}

TEST(LostUpdates, HasNoMeaningForRegisters) {
  Story s;
  s.wrote(1, "1");
  EXPECT_EQ(judge("lost-updates", s).result, Result::not_applicable);
}

TEST(LostWrites, NamesBothWritesTheirNodesAndTheSkew) {
  Story s;
  s.wrote(1, R"("1-5")", R"([5000500000,"n4#a1",0])").wrote(2, R"("2-9")", R"([4942500000,"n1#b2",0])");
  Evidence evidence;
  evidence.conflict = "lww";
  evidence.wall_start_us = 4'940'000'000;
  evidence.faults = {{.kind = "clock.jump",
                      .nodes = {"n4"},
                      .begin_ns = 0,
                      .end_ns = 9'000'000'000,
                      .took_effect = true,
                      .effect = "{}",
                      .skew_ns = 60'000'000'000}};
  const Verdict verdict = judge("lost-writes", s, evidence);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 2U));
  EXPECT_EQ(
      verdict.witnesses[0].explanation,
      "Session 1 wrote \"1-5\" to k via n1 (acknowledged at 1.000 s); 1.000 s later session 2 wrote \"2-9\" "
      "to k "
      "via n2 (acknowledged at 3.000 s). Both were acknowledged, but the later one lost: its stamp by n1 "
      "(4942500000 us) is 58.000000 s older than that by n4 (5000500000 us). The clock of n4 was +59.500 s "
      "off "
      "when it stamped \"1-5\" (clock.jump on n4, +60.000 s read back).");
}

TEST(LostWrites, ConcurrentWritesMayLose) {
  Story s;
  s.write(1, "1").write(2, "2").ok(1, "null", R"([9,"n1",0])").ok(2, "null", R"([5,"n2",0])");
  EXPECT_EQ(judge("lost-writes", s).result, Result::holds);
}

TEST(LostWrites, AnUnsureWriteCannotBeLost) {
  Story s;
  s.wrote(1, "1", R"([9,"n1",0])").write(2, "2").info(2);
  EXPECT_EQ(judge("lost-writes", s).result, Result::holds);
}

TEST(LostWrites, EqualStampsOfTwoNodesAreNotOrdered) {
  Story s;
  s.wrote(1, "1", R"([9,"n2",0])").wrote(2, "2", R"([9,"n1",0])");
  EXPECT_EQ(judge("lost-writes", s).result, Result::holds);
  Story t;
  t.wrote(1, "1", R"([9,"n1",3])").wrote(2, "2", R"([9,"n1",2])");
  EXPECT_EQ(judge("lost-writes", t).result, Result::violated);
}

TEST(LostWrites, WithoutStampsTheFinalValueTells) {
  Story s;
  s.wrote(1, "1").wrote(2, "2");
  EXPECT_EQ(judge("lost-writes", s, dumped("lww", {{"1"}, {"1"}}, "")).result, Result::violated);
  Story t;
  t.wrote(1, "1").wrote(2, "2");
  EXPECT_EQ(judge("lost-writes", t, dumped("lww", {{"2"}, {"2"}}, "")).result, Result::holds);
}

TEST(LostWrites, AWriteThatBeganAfterTheFinalReadDoesNotExplainIt) {
  Story s;
  s.wrote(1, "1").wrote(2, "2").found(3, "1", "", true).wrote(4, "1");
  const Verdict verdict = judge("lost-writes", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 2U));
}

TEST(LostWrites, ReadingASetBeforeItsFirstAddIsNoSignOfSiblings) {
  Story s;
  s.found(3, "[]").write(1, "1", "", "r").ok(1).write(2, "2", "", "r").ok(2);
  Evidence evidence = dumped("", {{"1"}, {"1"}}, "");
  evidence.dumps->at(0).key = "r";
  EXPECT_EQ(judge("lost-writes", s, evidence).result, Result::violated);
}

TEST(LostWrites, HasNoMeaningForSiblings) {
  Story s;
  s.wrote(1, "1");
  EXPECT_EQ(judge("lost-writes", s, siblings_store()).result, Result::not_applicable);
}

TEST(Durability, NeedsDumps) {
  Story s;
  s.wrote(1, "1");
  EXPECT_EQ(judge("durability", s).result, Result::not_applicable);
}

TEST(Durability, ByStampSomeHomeHoldsItOrSomethingNewer) {
  Story s;
  s.wrote(1, "1", R"([5,"n1",0])").wrote(2, "2", R"([9,"n2",0])");
  EXPECT_EQ(judge("durability", s, dumped("lww", {{}, {"2"}}, R"([9,"n2",0])")).result, Result::holds);
  Story t;
  t.wrote(1, "1", R"([5,"n1",0])").wrote(2, "2", R"([9,"n2",0])");
  const Verdict verdict = judge("durability", t, dumped("lww", {{"1"}, {"1"}}, R"([5,"n1",0])"));
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(2U));
}

TEST(Durability, OfSiblingsIsCausal) {
  Story superseded;
  superseded.wrote(1, "1").found(2, "1").wrote(2, "2", "", kContext);
  EXPECT_EQ(judge("durability", superseded, dumped("siblings", {{"2"}, {}})).result, Result::holds);
  Story lost;
  lost.wrote(1, "1").wrote(2, "2");
  EXPECT_EQ(judge("durability", lost, dumped("siblings", {{"2"}, {"2"}})).result, Result::violated);
}

TEST(Durability, AReplicaThatNeverHeardOfAKeyHidesNoTombstone) {
  Story s;
  s.wrote(1, "1").found(2, "1").remove(2, kContext).ok(2);
  Evidence wiped = dumped("siblings", {{}, {}});
  wiped.dumps->push_back({.key = "other",
                          .homes = {"n1"},
                          .replicas = {{.node = "n1", .clock = R"({"dots":[],"context":{}})"}}});
  EXPECT_EQ(judge("durability", s, wiped).count, 2U);
  Story t;
  t.wrote(1, "1").found(2, "1").remove(2, kContext).ok(2);
  Evidence buried = dumped("siblings", {{}, {}});
  buried.dumps->at(0).replicas[1].clock = R"({"dots":[],"context":{"n1#1":2}})";
  EXPECT_EQ(judge("durability", t, buried).result, Result::holds);
}

TEST(Durability, AKeyThatNoReplicaNamesIsLost) {
  Story s;
  s.wrote(1, "1");
  Evidence evidence = dumped("siblings", {{"9"}});
  evidence.dumps->at(0).key = "other";
  EXPECT_EQ(judge("durability", s, evidence).result, Result::violated);
}

/// A store that drops tombstones in time: who shows nothing may have deleted it. (It shows clocks elsewhere.)
Evidence forgetful(Evidence evidence, bool tombstones_go = true) {
  evidence.tombstones_go = tombstones_go;
  evidence.dumps->push_back(
      {.key = "other",
       .homes = {"n1"},
       .replicas = {{.node = "n1", .values = {}, .clock = R"({"dots":[],"context":{"n1#1":9}})"}}});
  return evidence;
}

/// Of a value that was deleted, and, if wanted, of another that was written after that.
Result judged(std::string_view property, const Evidence& evidence, bool written_again = false) {
  Story s;
  s.wrote(1, "1", R"([5,"n1",0])").found(1, "1").remove(1, kContext).ok(1, "null", R"([7,"n1",1])");
  if (written_again) s.wrote(2, "2", R"([9,"n2",0])");
  return judge(property, s, evidence).result;
}

TEST(TombstonesThatGo, LeaveNothingThatWouldBeMissed) {
  for (const std::string conflict : {"siblings", "lww"}) {
    const Evidence nothing = dumped(conflict, {{}, {}});
    EXPECT_EQ(judged("durability", forgetful(nothing, false)), Result::violated) << conflict;
    EXPECT_EQ(judged("durability", forgetful(nothing)), Result::holds) << conflict;
    Evidence nowhere = nothing;
    nowhere.dumps->clear();
    EXPECT_EQ(judged("durability", forgetful(nowhere)), Result::holds) << conflict;
  }
}

TEST(TombstonesThatGo, HideNothingThatWasWrittenAfterTheDelete) {
  EXPECT_EQ(judged("durability", forgetful(dumped("lww", {{}, {}})), true), Result::violated);
  Evidence siblings = forgetful(dumped("siblings", {{"1"}, {"1"}}));
  EXPECT_EQ(judged("durability", siblings, true), Result::violated);
}

TEST(TombstonesThatGo, AreAsGoodAsNothingWhenReplicasAreCompared) {
  for (const bool tombstones_go : {false, true}) {
    Evidence evidence = dumped("siblings", {{}, {}});
    evidence.dumps->front().replicas[0].clock = R"({"dots":[],"context":{"n1#1":2}})";
    evidence.tombstones_go = tombstones_go;
    EXPECT_EQ(judged("convergence", evidence), tombstones_go ? Result::holds : Result::violated);
  }
}

TEST(Durability, AHomeThatCouldNotBeReadLeavesItUnknown) {
  Story s;
  s.wrote(1, "1");
  Evidence evidence = dumped("siblings", {{"9"}});
  evidence.dumps->at(0).homes.emplace_back("n9");
  const Verdict verdict = judge("durability", s, evidence);
  EXPECT_EQ(verdict.result, Result::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("could not be read on n9"));
}

TEST(PendingHints, LeaveWhatIsLostOpenWhereTheyCount) {
  for (const char* property : {"durability", "lost-updates", "ack-count"}) {
    Story s;
    s.add(1, "1").ok(1);
    Evidence evidence = dumped("siblings", {{"[]"}, {"[]"}});
    evidence.w = 2;
    evidence.settlement->hints_pending = 3;
    EXPECT_EQ(judge(property, s, evidence).result, Result::violated) << "w homes had it";
    evidence.settlement->hints_count = true;
    Story t;
    t.add(1, "1").ok(1);
    const Verdict verdict = judge(property, t, evidence);
    EXPECT_EQ(verdict.result, Result::unknown) << property;
    EXPECT_THAT(verdict.reason, HasSubstr("3 hints were pending at the end"));
    evidence.settlement->hints_pending = 0;
    Story u;
    u.add(1, "1").ok(1);
    EXPECT_EQ(judge(property, u, evidence).result, Result::violated) << property;
  }
}

TEST(Convergence, EqualReplicasConvergeWhateverTheOrderOfTheirSiblings) {
  Story s;
  s.wrote(1, "1").wrote(2, "2");
  Evidence evidence = dumped("siblings", {{"1", "2"}, {"2", "1"}});
  evidence.dumps->at(0).replicas[0].clock = R"({"dots":["a:1","b:1"],"context":{"a":1,"b":1}})";
  evidence.dumps->at(0).replicas[1].clock = R"({"dots":["b:1","a:1"],"context":{"b":1,"a":1}})";
  EXPECT_EQ(judge("convergence", s, evidence).result, Result::holds);
}

TEST(Convergence, DifferentValuesOrClocksAreAccused) {
  Story s;
  const Verdict verdict = judge("convergence", s, dumped("siblings", {{"1"}, {"2"}}));
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("n1 holds 1, n2 holds 2"));
  Story t;
  Evidence clocks = dumped("siblings", {{"1"}, {"1"}});
  clocks.dumps->at(0).replicas[1].clock = R"({"dots":[],"context":{"n1#1":2}})";
  EXPECT_EQ(judge("convergence", t, clocks).result, Result::violated);
}

TEST(Convergence, IsUnknownWhenTheBoundWasReached) {
  Story s;
  Evidence evidence = dumped("siblings", {{"1"}, {"2"}});
  evidence.settlement =
      Settlement{.exchanges_completed = false, .seconds = 20, .reason = "n1 had not heard from n2"};
  const Verdict verdict = judge("convergence", s, evidence);
  EXPECT_EQ(verdict.result, Result::unknown);
  EXPECT_EQ(verdict.reason, "the replicas had not settled 20.0 s after the heal: n1 had not heard from n2");
  Story t;
  EXPECT_EQ(judge("convergence", t).result, Result::not_applicable);
}

TEST(Convergence, IsViolatedForGoodWhereNothingIsLeftThatWouldBringReplicasTogether) {
  Story s;
  Evidence evidence = dumped("siblings", {{"1"}, {"2"}});
  evidence.settlement = Settlement{.nothing_left = true};
  const Verdict verdict = judge("convergence", s, evidence);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_NE(verdict.witnesses.at(0).explanation.find("nothing is left that would bring them together"),
            std::string::npos);
  evidence.settlement->hints_pending = 1;
  EXPECT_EQ(judge("convergence", s, evidence).result, Result::unknown) << "a hint may";
}

TEST(NoPhantoms, AValueThatNobodyWroteIsAccused) {
  Story s;
  s.wrote(1, "1").found(2, "7");
  const Verdict verdict = judge("no-phantoms", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.witnesses.at(0).explanation,
            "Nobody wrote 7 to k, yet session 2 read k via n2 at 2.000 s and got 7.");
}

TEST(NoPhantoms, AValueSeenBeforeItsWriteBeganIsAccused) {
  Story s;
  s.found(2, "1").wrote(1, "1");
  EXPECT_EQ(judge("no-phantoms", s).result, Result::violated);
}

TEST(NoPhantoms, UnsureFailedAndOpenWritesAreWritten) {
  Story s;
  s.write(1, "1").info(1).write(2, "2").fail(2).write(3, "3").found(4, "[1,2,3]");
  EXPECT_EQ(judge("no-phantoms", s, siblings_store()).result, Result::holds);
}

TEST(NoPhantoms, LooksAtDumpsAndSets) {
  Story s;
  s.add(1, "1").ok(1).found(2, "[1]");
  EXPECT_EQ(judge("no-phantoms", s, dumped("siblings", {{"[1,8]"}})).count, 1U);
}

/// Found by the swarm: under lww such a key looks like a register, and its [] like a value that nobody wrote.
TEST(NoPhantoms, ASetThatNobodyHasAddedToIsEmptyWhateverResolvesConflicts) {
  for (const std::string conflict : {"lww", "siblings", ""}) {
    Story s;
    s.found(1, "[]");
    Evidence evidence;
    evidence.conflict = conflict;
    EXPECT_NE(judge("no-phantoms", s, evidence).result, Result::violated) << conflict;
    Story t;
    t.found(1, "[7]");
    EXPECT_EQ(judge("no-phantoms", t, evidence).result, Result::violated) << conflict;
  }
}

TEST(NoPhantoms, AKeyThatNoOperationNamesHoldsNothing) {
  Story s;
  s.wrote(1, "1");
  Evidence evidence = dumped("siblings", {{"1"}, {"1"}});
  evidence.dumps->push_back(
      {.key = "ghost", .homes = {"n1"}, .replicas = {{.node = "n2", .values = {"7"}, .clock = ""}}});
  const Verdict verdict = judge("no-phantoms", s, evidence);
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_EQ(verdict.witnesses.at(0).explanation,
            "Nobody wrote 7 to ghost, yet the dump of n2 at the end shows it under ghost.");
}

TEST(HonestFailures, AFailedWriteThatIsSeenIsAccused) {
  Story s;
  s.write(1, "1").fail(1, "timeout after 1 s").found(2, "1");
  const Verdict verdict = judge("honest-failures", s);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0U, 2U));
  EXPECT_THAT(verdict.witnesses[0].explanation,
              HasSubstr("(reported as failed at 1.000 s) with \"timeout after 1 s\", yet session 2 read"));
}

TEST(HonestFailures, AnUnsureWriteMayBeSeen) {
  Story s;
  s.write(1, "1").info(1).found(2, "1");
  EXPECT_EQ(judge("honest-failures", s).result, Result::holds);
}

TEST(HonestFailures, ASecondWriteOfTheValueExcusesOnlyWhatIsSeenAfterItBegan) {
  Story s;
  s.write(1, "1").fail(1).found(2, "1").wrote(3, "1");
  EXPECT_EQ(judge("honest-failures", s).result, Result::violated);
  Story t;
  t.write(1, "1").fail(1).wrote(3, "1").found(2, "1");
  EXPECT_EQ(judge("honest-failures", t).result, Result::holds);
}

TEST(HonestFailures, AFailedValueInADumpIsAccused) {
  Story s;
  s.write(1, "1").fail(1).found(2, "null");
  EXPECT_EQ(judge("honest-failures", s, dumped("siblings", {{"1"}})).result, Result::violated);
}

}  // namespace
}  // namespace fracas::checker
