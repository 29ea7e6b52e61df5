// What `fracas doctor` tries.
#include "harness/local/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>

#include "nemesis/clock/vdso_clock.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

using Outcome = Capability::Outcome;

TEST(DoctorTest, TriesEveryKindOfFault) {
  std::vector<std::string> expected, tried;
  for (const auto& kind : nemesis::kinds()) expected.emplace_back(kind.name);
  for (const Capability& capability : capabilities()) {
    tried.push_back(capability.fault);
    EXPECT_THAT(capability.why, testing::Not(testing::HasSubstr("not tried"))) << capability.fault;
    EXPECT_EQ(capability.outcome == Outcome::works, capability.why.empty()) << capability.fault;
    if (capability.outcome != Outcome::works) {
      EXPECT_THAT(capability.why, testing::HasSubstr("; ")) << "and what to do";
    }
  }
  EXPECT_EQ(tried, expected);
}

TEST(DoctorTest, SaysWhatTheSimulationAloneCanDo) {
  for (const Capability& capability : capabilities()) {
    const nemesis::Kind& kind = *nemesis::find_kind(capability.fault);
    const bool foreign = kind.needs == nemesis::Ability::packets || kind.needs == nemesis::Ability::disks;
    EXPECT_EQ(capability.outcome == Outcome::foreign, foreign) << capability.fault;
    if (foreign) {
      EXPECT_THAT(capability.why, testing::HasSubstr("--world sim")) << capability.fault;
    }
  }
}

TEST(DoctorTest, SignalsAndLoopbackWorkWhereTheTestsRun) {
  for (const Capability& capability : capabilities()) {
    if (capability.outcome != Outcome::foreign && !capability.fault.starts_with("clock.")) {
      EXPECT_EQ(capability.outcome, Outcome::works) << capability.why;
    }
  }
}

TEST(DoctorTest, SaysOfClocksWhatTheClocksSay) {
  const std::string why = nemesis::VdsoClock::unavailable();
  for (const Capability& capability : capabilities()) {
    if (capability.fault.starts_with("clock.")) {
      EXPECT_EQ(capability.outcome == Outcome::works, why.empty());
      EXPECT_THAT(capability.why, testing::StartsWith(why));
    }
  }
}

TEST(DoctorTest, LeavesNoChildBehind) {
  capabilities();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(DoctorTest, NamesTheLimitsOfThisMachine) {
  for (const EnvironmentFact& fact : environment()) {
    EXPECT_FALSE(fact.name.empty());
    EXPECT_NE(fact.value, "");
    EXPECT_NE(fact.value, "0");
  }
}

}  // namespace
}  // namespace fracas::harness
