// The wall clocks of real children, distorted. Every reading lies between two raw system calls of the child,
// so that what is expected is exact and nothing depends on how fast the machine is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <sstream>
#include <stdexcept>

#include "nemesis/clock/vdso_clock.h"
#include "tests/nemesis/clock_child.h"

namespace fracas::nemesis {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr Nanoseconds kYear = 365 * 86400 * kSecond;

Nanoseconds wall_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

struct Reading {
  Nanoseconds before = 0;  ///< raw system call
  Nanoseconds shown = 0;   ///< what the program sees
  Nanoseconds after = 0;
};
using Readings = std::map<std::string, Reading>;

Readings read_all(ClockChild& child) {
  Readings readings;
  child.tell("now\n");
  for (std::string line = child.line(); !line.empty() && line != "end"; line = child.line()) {
    std::istringstream words(line);
    std::string name;
    Reading reading;
    words >> name >> reading.before >> reading.shown >> reading.after;
    readings[name] = reading;
  }
  EXPECT_EQ(readings.size(), 9u) << "the child answers";
  return readings;
}

/// `shown` has the skew, but for what its resolution cuts off.
void expect_skew(const Readings& readings, const std::string& clock, Nanoseconds skew,
                 Nanoseconds resolution = 1) {
  const Reading& reading = readings.at(clock);
  EXPECT_GT(reading.shown, reading.before + skew - resolution) << clock;
  EXPECT_LE(reading.shown, reading.after + skew) << clock;
}
void expect_wall_clocks(const Readings& readings, Nanoseconds skew) {
  expect_skew(readings, "realtime", skew);
  expect_skew(readings, "realtime_coarse", skew);
  expect_skew(readings, "gettimeofday", skew, 1000);
  expect_skew(readings, "time", skew, kSecond);
}
void expect_other_clocks_untouched(const Readings& readings) {
  for (const char* clock : {"monotonic", "monotonic_coarse", "monotonic_raw", "boottime", "cpu"})
    expect_skew(readings, clock, 0);
}

#define SKIP_WHERE_CLOCKS_CANNOT_BE_DISTORTED() \
  if (const std::string why = VdsoClock::unavailable(); !why.empty()) GTEST_SKIP() << why

class VdsoClockTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WHERE_CLOCKS_CANNOT_BE_DISTORTED(); }
};

VdsoClock distort(const ClockChild& child, Skew initial = {}) {
  auto clock = VdsoClock::install(child.pid(), initial);
  if (!clock) throw std::runtime_error(clock.error());
  return std::move(*clock);
}

TEST_F(VdsoClockTest, APatchedClockShowsTheRealTimeUntilItIsSet) {
  ClockChild child({FRACAS_CLOCK_READER});
  const VdsoClock clock = distort(child);
  const Readings readings = read_all(child);
  expect_wall_clocks(readings, 0);
  expect_other_clocks_untouched(readings);
}

TEST_F(VdsoClockTest, AJumpIsSeenAtOnceByEveryWallClockAndByNoOther) {
  ClockChild child({FRACAS_CLOCK_READER});
  VdsoClock clock = distort(child);
  for (const Nanoseconds offset : {300 * kSecond, -300 * kSecond, Nanoseconds{1}, -Nanoseconds{1},
                                   kSecond - 1, 1 - kSecond, 20 * kYear, -20 * kYear, Nanoseconds{0}}) {
    clock.set({.offset = offset, .rate = 1.0});
    const Readings readings = read_all(child);
    expect_wall_clocks(readings, offset);
    expect_other_clocks_untouched(readings);
  }
}

TEST_F(VdsoClockTest, TimesBeforeTheEpochAreRight) {
  ClockChild child({FRACAS_CLOCK_READER});
  VdsoClock clock = distort(child);
  const Nanoseconds offset = -90 * kYear;
  clock.set({.offset = offset, .rate = 1.0});
  const Readings readings = read_all(child);
  EXPECT_LT(readings.at("realtime").shown, 0);
  expect_wall_clocks(readings, offset);
}

TEST_F(VdsoClockTest, ADriftMultipliesTheTimeSinceItBegan) {
  for (const double rate : {2.0, 0.5, 0.0, 10.0, -1.0}) {
    ClockChild child({FRACAS_CLOCK_READER});
    VdsoClock clock = distort(child);
    const Nanoseconds earliest = wall_clock();
    clock.set({.offset = 7 * kSecond, .rate = rate});
    const Nanoseconds latest = wall_clock();
    Readings readings = read_all(child);
    while (readings["realtime"].before < latest + kSecond / 20) readings = read_all(child);
    const Reading& reading = readings["realtime"];
    const auto expected = [&](Nanoseconds real, Nanoseconds began) {
      return static_cast<double>(began + 7 * kSecond) + static_cast<double>(real - began) * rate;
    };
    const std::vector<double> corners{expected(reading.before, earliest), expected(reading.before, latest),
                                      expected(reading.after, earliest), expected(reading.after, latest)};
    constexpr double kDoubleError = 1000;  // doubles hold the present to 256 ns
    EXPECT_GE(static_cast<double>(reading.shown),
              *std::min_element(corners.begin(), corners.end()) - kDoubleError);
    EXPECT_LE(static_cast<double>(reading.shown),
              *std::max_element(corners.begin(), corners.end()) + kDoubleError);
    expect_other_clocks_untouched(readings);
  }
}

TEST_F(VdsoClockTest, AForkedGrandchildSeesALaterChange) {
  ClockChild child({FRACAS_CLOCK_READER});
  VdsoClock clock = distort(child);
  clock.set({.offset = 100 * kSecond, .rate = 1.0});
  child.tell("fork\n");
  expect_wall_clocks(read_all(child), 100 * kSecond);
  clock.set({.offset = -50 * kSecond, .rate = 1.0});
  expect_wall_clocks(read_all(child), -50 * kSecond);
}

TEST_F(VdsoClockTest, ThreadsSeeNothingButWholeSettingsWhileTheyFlip) {
  ClockChild child({FRACAS_CLOCK_READER});
  VdsoClock clock = distort(child, {.offset = 1000 * kSecond, .rate = 1.0});
  child.tell("race 100000\n");
  pollfd answer{.fd = child.output(), .events = POLLIN, .revents = 0};
  for (bool plus = false; ::poll(&answer, 1, 0) == 0; plus = !plus)
    clock.set(plus ? Skew{.offset = 1000 * kSecond, .rate = 1.0}
                   : Skew{.offset = -3000 * kSecond, .rate = 1.5});
  std::istringstream line(child.line());
  int plus = 0, minus = 0, neither = -1;
  line >> plus >> minus >> neither;
  EXPECT_GT(plus, 0);
  EXPECT_GT(minus, 0);
  EXPECT_EQ(plus + minus, 400'000);
  EXPECT_EQ(neither, 0);
}

TEST_F(VdsoClockTest, TheFirstInstructionsOfTheProgramSeeTheInitialSkew) {
  ClockChild child({"/bin/date", "--utc", "+%Y"});
  const timespec now{.tv_sec = ::time(nullptr), .tv_nsec = 0};
  const auto clock = distort(child, {.offset = 10 * kYear - now.tv_sec * kSecond, .rate = 1.0});
  EXPECT_EQ(child.line(), "1979");
}

TEST_F(VdsoClockTest, AStaticallyLinkedProgramIsDistortedToo) {
  ClockChild child({FRACAS_CLOCK_READER_STATIC});
  VdsoClock clock = distort(child);
  clock.set({.offset = -500 * kSecond, .rate = 1.0});
  const Readings readings = read_all(child);
  expect_skew(readings, "realtime", -500 * kSecond);
  expect_skew(readings, "realtime_coarse", -500 * kSecond);
  expect_other_clocks_untouched(readings);
}

TEST_F(VdsoClockTest, TwoChildrenHaveClocksOfTheirOwn) {
  ClockChild ahead({FRACAS_CLOCK_READER}), behind({FRACAS_CLOCK_READER});
  const VdsoClock one = distort(ahead, {.offset = 60 * kSecond, .rate = 1.0});
  const VdsoClock other = distort(behind, {.offset = -60 * kSecond, .rate = 1.0});
  expect_wall_clocks(read_all(ahead), 60 * kSecond);
  expect_wall_clocks(read_all(behind), -60 * kSecond);
}

TEST_F(VdsoClockTest, TheChildRunsOnWithItsLastSettingWhenTheClockIsGivenUp) {
  ClockChild child({FRACAS_CLOCK_READER});
  { const VdsoClock clock = distort(child, {.offset = 5 * kSecond, .rate = 1.0}); }
  expect_wall_clocks(read_all(child), 5 * kSecond);
}

TEST_F(VdsoClockTest, ItsExitAndItsSignalsReachWhoeverWaits) {
  ClockChild child({FRACAS_CLOCK_READER});
  const VdsoClock clock = distort(child);
  EXPECT_EQ(child.wait_status(), 0) << "exit code 0 at the end of its input, and no stop before";
}

TEST_F(VdsoClockTest, ASignalThatComesAtTheExecStopIsDeliveredAfterwards) {
  ClockChild child({FRACAS_CLOCK_READER});
  ::kill(child.pid(), SIGTERM);
  const auto clock = VdsoClock::install(child.pid());
  const int status = child.wait_status();
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST_F(VdsoClockTest, AChildThatDidNotAskForItGoesOnUnharmed) {
  ClockChild child({FRACAS_CLOCK_READER}, false);
  const auto clock = VdsoClock::install(child.pid());
  ASSERT_FALSE(clock);
  EXPECT_THAT(clock.error(), testing::HasSubstr("may not be traced"));
  expect_wall_clocks(read_all(child), 0);
}

TEST_F(VdsoClockTest, AChildThatIsGoneIsAnErrorAndItsStatusStays) {
  ClockChild child({"/absent"});
  const auto clock = VdsoClock::install(child.pid());
  ASSERT_FALSE(clock);
  EXPECT_THAT(clock.error(), testing::HasSubstr("ended"));
  EXPECT_EQ(WEXITSTATUS(child.wait_status()), 127);
}

TEST_F(VdsoClockTest, TryingLeavesNoChildBehind) {
  EXPECT_EQ(VdsoClock::unavailable(), "");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace fracas::nemesis
