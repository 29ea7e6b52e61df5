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

TEST(DoctorTest, TriesEveryKindOfFault) {
  std::vector<std::string> expected, tried;
  for (const auto& kind : nemesis::kinds()) expected.emplace_back(kind.name);
  for (const Capability& capability : capabilities()) {
    tried.push_back(capability.fault);
    EXPECT_THAT(capability.why, testing::Not(testing::HasSubstr("not tried"))) << capability.fault;
    EXPECT_EQ(capability.works, capability.why.empty()) << capability.fault;
    EXPECT_EQ(capability.works, capability.remedy.empty()) << capability.fault;
  }
  EXPECT_EQ(tried, expected);
}

TEST(DoctorTest, SignalsAndLoopbackWorkWhereTheTestsRun) {
  for (const Capability& capability : capabilities()) {
    if (!capability.fault.starts_with("clock.")) {
      EXPECT_TRUE(capability.works) << capability.why;
    }
  }
}

TEST(DoctorTest, SaysOfClocksWhatTheClocksSay) {
  const std::string why = nemesis::VdsoClock::unavailable();
  for (const Capability& capability : capabilities()) {
    if (capability.fault.starts_with("clock.")) {
      EXPECT_EQ(capability.why, why);
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
