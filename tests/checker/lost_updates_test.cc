// What lost-updates accuses and what not: lists, carts, counters. (Sets: final_properties_test.cc.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// An update that is acknowledged, and what its inner read saw.
Story& done(Story& s, int session, Function f, std::string value, std::string saw = "[]") {
  s.call({.session = session, .f = f, .key = "k", .value = std::move(value)});
  return s.ok(session, "null", "", "", std::move(saw));
}
Story& unsure(Story& s, int session, Function f, std::string value) {
  s.call({.session = session, .f = f, .key = "k", .value = std::move(value)});
  return s.info(session);
}

Verdict at_the_end(Story& s, std::vector<std::vector<std::string>> replicas) {
  return judge("lost-updates", s, dumped("siblings", std::move(replicas)));
}

TEST(LostAppends, AnElementOnNoReplicaIsLost) {
  Story s;
  done(s, 1, Function::append, "1");
  done(s, 2, Function::append, "2", "[1]");
  EXPECT_EQ(at_the_end(s, {{"[1,2]"}, {"[1]", "[2]"}}).result, Result::holds);
  Story t;
  done(t, 1, Function::append, "1");
  done(t, 2, Function::append, "2");
  EXPECT_THAT(at_the_end(t, {{"[2]"}, {"[2]"}}).witnesses.at(0).operations, ElementsAre(0U));
}

TEST(LostAppends, AnElementAppendedOnceIsThereOnce) {
  Story s;
  done(s, 1, Function::append, "1");
  EXPECT_THAT(at_the_end(s, {{"[1,1]"}, {"[1]"}}).witnesses.at(0).explanation,
              HasSubstr("it is there 2 times, appended only 1 time: [1,1] on n1, n2"));
}

TEST(LostAppends, AnElementStaysBehindWhatItsAppendHadSeen) {
  Story s;
  done(s, 1, Function::append, "2");
  done(s, 2, Function::append, "1", "[2]");
  const Verdict verdict = at_the_end(s, {{"[1,2]"}, {"[2,1]"}});
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("when 2 was there already"));
  Story unaware;
  done(unaware, 1, Function::append, "2");
  done(unaware, 2, Function::append, "1");
  EXPECT_EQ(at_the_end(unaware, {{"[1,2]"}, {"[2,1]"}}).result, Result::holds);
}

std::string entry(const std::string& by, const std::string& item) {
  return R"({"by":")" + by + R"(","item":")" + item + R"(","quantity":1})";
}
std::string cart(std::initializer_list<std::string> entries) {
  std::string text = "[";
  for (const std::string& e : entries) text += (text.size() > 1 ? "," : "") + e;
  return text + "]";
}
const std::string kMilk = entry("1-1", "milk");
const std::string kBread = entry("2-1", "bread");
const std::string kMoreMilk = entry("3-1", "milk");

TEST(LostCartItems, AnItemThatNobodyRemovedIsThere) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 2, Function::add, kBread);
  EXPECT_EQ(at_the_end(s, {{cart({kMilk})}, {cart({kBread})}}).result, Result::holds);
  Story t;
  done(t, 1, Function::add, kMilk);
  done(t, 2, Function::add, kBread);
  const Verdict verdict = at_the_end(t, {{cart({kBread})}, {cart({kBread})}});
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("nobody who had seen it removed it"));
}

TEST(LostCartItems, WhoeverHasSeenAnItemMayRemoveOrReplaceIt) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 2, Function::remove, "\"milk\"", cart({kMilk}));
  EXPECT_EQ(at_the_end(s, {{"[]"}, {"[]"}}).result, Result::holds);
  Story t;
  done(t, 1, Function::add, kMilk);
  done(t, 3, Function::add, kMoreMilk, cart({kMilk}));
  EXPECT_EQ(at_the_end(t, {{cart({kMoreMilk})}, {cart({kMoreMilk})}}).result, Result::holds);
}

TEST(LostCartItems, ARemoveThatHadNotSeenTheItemDoesNotExplainItsLoss) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 2, Function::remove, "\"milk\"", "[]");
  EXPECT_EQ(at_the_end(s, {{"[]"}, {"[]"}}).result, Result::violated);
}

TEST(LostCartItems, ARemoveOfUnknownOutcomeMayHaveHappened) {
  Story s;
  done(s, 1, Function::add, kMilk);
  unsure(s, 2, Function::remove, "\"milk\"");
  EXPECT_EQ(at_the_end(s, {{"[]"}, {"[]"}}).result, Result::holds);
}

TEST(LostCartItems, ARemovedItemThatNobodyCanHaveCarriedOnIsGone) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 2, Function::add, kBread, cart({kMilk}));
  done(s, 3, Function::remove, "\"milk\"", cart({kMilk, kBread}));
  const Verdict verdict = at_the_end(s, {{cart({kBread, kMilk})}, {cart({kBread, kMilk})}});
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("it came back"));
}

TEST(LostCartItems, ARemovedItemComesBackWithWhoeverHadSeenItAndNotTheRemoval) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 3, Function::remove, "\"milk\"", cart({kMilk}));
  done(s, 2, Function::add, kBread, cart({kMilk}));  // the paper's anomaly
  EXPECT_EQ(at_the_end(s, {{"[]", cart({kMilk, kBread})}, {"[]", cart({kMilk, kBread})}}).result,
            Result::holds);
}

TEST(LostCartItems, AReplicaThatIsBehindProvesNothing) {
  Story s;
  done(s, 1, Function::add, kMilk);
  done(s, 3, Function::remove, "\"milk\"", cart({kMilk}));
  EXPECT_EQ(at_the_end(s, {{"[]"}, {cart({kMilk})}}).result, Result::holds);
}

TEST(LostIncrements, EachSessionsOwnDigitTellsWhoseAreMissing) {
  Story s;
  done(s, 1, Function::increment, "1", "null");
  done(s, 2, Function::increment, "1000", "1");
  EXPECT_EQ(at_the_end(s, {{"1001"}, {"1001"}}).result, Result::holds);
  Story t;
  done(t, 1, Function::increment, "1", "null");
  done(t, 1, Function::increment, "1", "1");
  done(t, 2, Function::increment, "1000", "1");
  const Verdict verdict = at_the_end(t, {{"1001"}, {"1001"}});
  EXPECT_EQ(verdict.count, 1U);
  EXPECT_EQ(verdict.checked, 3U);
  EXPECT_THAT(verdict.witnesses.at(0).explanation,
              HasSubstr("the last of 2 acknowledged increments by 1, yet at the end it was counted 1 time"));
}

TEST(LostIncrements, SiblingsAreMergedDigitByDigit) {
  Story s;
  done(s, 1, Function::increment, "1", "null");
  done(s, 2, Function::increment, "1000", "null");
  EXPECT_EQ(at_the_end(s, {{"1", "1000"}, {"1", "1000"}}).result, Result::holds);
}

TEST(LostIncrements, OneThatIsUnsureMayCountOnceAndNotTwice) {
  for (const auto& [count, result] :
       {std::pair("1", Result::holds), std::pair("2", Result::holds), std::pair("3", Result::violated)}) {
    Story s;
    done(s, 1, Function::increment, "1", "null");
    unsure(s, 1, Function::increment, "1");
    EXPECT_EQ(at_the_end(s, {{count}, {count}}).result, result) << count;
  }
}

TEST(LostIncrements, EqualAmountsOfSeveralSessionsHaveASum) {
  Story s;
  done(s, 1, Function::increment, "1", "null");
  done(s, 2, Function::increment, "1", "null");
  EXPECT_EQ(at_the_end(s, {{"1"}, {"1"}}).result, Result::violated);
  Story t;
  done(t, 1, Function::increment, "1", "null");
  done(t, 2, Function::increment, "1", "null");
  EXPECT_EQ(at_the_end(t, {{"1", "1"}, {"1", "1"}}).result, Result::unknown);
}

TEST(LostIncrements, WhatIsNoCountIsUndecided) {
  Story s;
  done(s, 1, Function::increment, "1", "null");
  EXPECT_EQ(at_the_end(s, {{"\"x\""}, {"\"x\""}}).result, Result::unknown);
}

TEST(KindsOfKeys, AreNotMixed) {
  Story s;
  done(s, 1, Function::increment, "1", "null");
  done(s, 1, Function::append, "1", "[]");
  EXPECT_EQ(at_the_end(s, {{"1"}, {"1"}}).result, Result::unknown);
}

}  // namespace
}  // namespace fracas::checker
