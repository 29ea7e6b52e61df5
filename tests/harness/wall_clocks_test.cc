// What is known of a node's wall clock from readings over slow and quick round trips.
#include "harness/wall_clocks.h"

#include <gtest/gtest.h>

namespace fracas::harness {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

TEST(ClockReadings, LieInTheMiddleOfTheRoundTrip) {
  const auto reading = clock_reading(1'000'000, 1'010'000, 3'005'000);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->skew_ns, 2'000 * kMillisecond);
  EXPECT_EQ(reading->uncertainty_ns, 5 * kMillisecond);
}

TEST(ClockReadings, AreWorthNothingOverALongRoundTrip) {
  EXPECT_TRUE(clock_reading(0, 100'000, 0).has_value());
  EXPECT_FALSE(clock_reading(0, 100'001, 0).has_value());
  EXPECT_FALSE(clock_reading(1, 0, 0).has_value()) << "our own clock went back";
}

class WallClocksTest : public testing::Test {
 protected:
  std::int64_t now_ = 0;
  WallClocks clocks_{{[this] { return now_; }, [](nemesis::Nanoseconds, const std::function<void()>&) {},
                      [](const std::string&) { return std::string(); },
                      [](const std::string&, nemesis::Skew) {}}};
};

TEST_F(WallClocksTest, AQuickReadingCountsForMoreThanASlowOneThatShowsMore) {
  clocks_.read_back("n1", {10 * kMillisecond, kMillisecond});
  clocks_.read_back("n1", {40 * kMillisecond, 45 * kMillisecond});
  const auto seen = clocks_.observed("n1", 0);
  EXPECT_EQ(seen.samples, 2u);
  EXPECT_EQ(seen.max, 10 * kMillisecond);
  EXPECT_EQ(seen.min, 10 * kMillisecond);
  EXPECT_EQ(seen.uncertainty, kMillisecond);
}

TEST_F(WallClocksTest, OnlyReadingsSinceThenCount) {
  clocks_.read_back("n1", {-kMillisecond, 0});
  now_ = 5;
  clocks_.read_back("n1", {kMillisecond, 0});
  EXPECT_EQ(clocks_.observed("n1", 5).min, kMillisecond);
  EXPECT_EQ(clocks_.observed("n1", 0).min, -kMillisecond);
  EXPECT_EQ(clocks_.observed("n1", 6).samples, 0u);
}

}  // namespace
}  // namespace fracas::harness
