// A judgement as people read it in a terminal of 80 columns.
#include "harness/commands/judgement_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace fracas::harness {
namespace {

using testing::HasSubstr;

Judged judged(const std::string& property, checker::Result result, bool met, const std::string& reason = "") {
  Judged judged;
  judged.verdict.property = property;
  judged.verdict.result = result;
  judged.verdict.count = result == checker::Result::violated ? 1 : 0;
  judged.verdict.checked = 1139;
  judged.verdict.reason = reason;
  judged.promise.guaranteed = true;
  judged.met = met;
  return judged;
}

Judgement example() {
  Judgement judgement;
  judgement.properties = {
      judged("read-your-writes", checker::Result::violated, false),
      judged("regular", checker::Result::violated, true),
      judged("lost-writes", checker::Result::not_applicable, true,
             "with siblings no write wins over another that it has not seen, however long this sentence is")};
  judgement.properties.front().verdict.witnesses.push_back(
      {"Session 16 wrote \"16-11\" to k0 via n2 (acknowledged at 4.893 s), then read k0 via n5 and got [].",
       {}});
  return judgement;
}

TEST(PropertiesText, FitsAnEightyColumnTerminal) {
  std::istringstream lines(properties_text(example()) + witnesses_text(example()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(PropertiesText, WhatShouldNotBeIsInCapitals) {
  const std::string text = properties_text(example());
  EXPECT_THAT(text, HasSubstr("read-your-writes  guaranteed  VIOLATED "));
  EXPECT_THAT(text, HasSubstr("regular           guaranteed  violated "));
}

TEST(PropertiesText, ReasonsFollowTheTable) {
  EXPECT_THAT(properties_text(example()),
              HasSubstr("\n\nlost-writes: not-applicable: with siblings no write wins over another"));
}

TEST(WitnessesText, BeginsWithWhatTheVerdictIsAbout) {
  Judgement judgement = example();
  judgement.properties.push_back(judged("honest-failures", checker::Result::violated, false));
  const std::string text = witnesses_text(judgement);
  EXPECT_LT(text.find("honest-failures"), text.find("read-your-writes"));
  EXPECT_LT(text.find("read-your-writes"), text.find("regular"));
}

TEST(WitnessesText, CountsAsOneSaysIt) {
  EXPECT_THAT(witnesses_text(example()),
              HasSubstr("read-your-writes, violated once (guaranteed):\n  - Session"));
}

}  // namespace
}  // namespace fracas::harness
