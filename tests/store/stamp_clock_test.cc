// Stamps of each source: what they are above, whatever the wall clock does.
#include "store/stamp_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace fracas::store {
namespace {

StampClock clock_of(StampSource source, BugSet bugs = {}) {
  Config config;
  config.conflict = Conflict::lww;
  config.stamp = source;
  config.max_clock_offset_ns = 500'000'000;
  config.clock_error_ns = 5'000'000;
  config.bugs = bugs;
  return StampClock(Actor{}, config);
}

RC_GTEST_PROP(StampClock, stamps_grow_however_the_wall_clock_jumps,
              (const std::vector<std::int16_t>& walls)) {
  for (const auto source : {StampSource::wall, StampSource::hlc, StampSource::truetime}) {
    StampClock clock = clock_of(source);
    Stamp last;
    for (const std::int16_t wall : walls) {
      const Stamp next = clock.next(wall);
      RC_ASSERT(next.wall_us > last.wall_us);
      RC_ASSERT(next.wall_us >= wall);
      RC_ASSERT(next.sequence == last.sequence + 1);
      last = next;
    }
  }
}

TEST(StampClock, goes_on_after_the_stamps_that_the_node_left_on_its_disk) {
  const Actor before = Actor::of(1, {0, 0, 1});
  const Actor now = Actor::of(1, {0, 0, 2});
  const Actor other = Actor::of(2, {});
  StampClock clock(now);
  clock.observe({.wall_us = 100, .actor = before, .sequence = 7});
  clock.observe({.wall_us = 900, .actor = other, .sequence = 7});
  EXPECT_EQ(clock.next(50).wall_us, 101);
}

TEST(StampClock, of_a_query_counts_and_asks_no_clock) {
  StampClock clock = clock_of(StampSource::query);
  EXPECT_EQ(clock.next(1'000'000, 0).wall_us, 1);
  EXPECT_EQ(clock.next(1'000'000, 6).wall_us, 7);
}

RC_GTEST_PROP(StampClock, a_hybrid_one_is_above_all_that_was_heard_and_seen,
              (const std::vector<std::uint16_t>& events)) {
  StampClock clock = clock_of(StampSource::hlc);
  std::int64_t highest = 0;
  for (const std::uint16_t event : events) {
    const std::int64_t wall = event % 97;
    if (event % 3 == 0) {
      RC_ASSERT(clock.hear(event, wall));
      highest = std::max<std::int64_t>(highest, event);
    } else if (event % 3 == 1) {
      const Stamp stamp = clock.next(wall, event);
      RC_ASSERT(stamp.wall_us > std::max<std::int64_t>(highest, event));
      highest = stamp.wall_us;
    } else {
      RC_ASSERT(clock.tell(wall) >= highest);
      highest = clock.tell(wall);
    }
  }
}

TEST(StampClock, a_hybrid_one_does_not_follow_a_clock_that_is_too_far_ahead) {
  StampClock clock = clock_of(StampSource::hlc);
  EXPECT_TRUE(clock.hear(1'500'000, 1'000'000)) << "max_clock_offset = 500ms";
  EXPECT_FALSE(clock.hear(1'500'001, 1'000'000));
  EXPECT_EQ(clock.next(1'000'000).wall_us, 1'500'001) << "not moved by what it refused";
  EXPECT_TRUE(clock.hear(1'500'001, 0)) << "it has been there itself";
}

TEST(StampClock, a_restarted_hybrid_one_goes_on_where_its_bound_on_disk_is) {
  StampClock before = clock_of(StampSource::hlc);
  const Stamp last = before.next(1'000'000);
  const auto bound = before.new_bound();
  ASSERT_TRUE(bound);
  EXPECT_FALSE(before.new_bound()) << "good for a while";
  StampClock after = clock_of(StampSource::hlc);
  ASSERT_TRUE(after.load(*bound));
  EXPECT_GT(after.next(0).wall_us, last.wall_us);
}

TEST(StampClock, tells_nothing_beyond_its_bound_without_a_new_one) {
  StampClock clock = clock_of(StampSource::hlc);
  for (std::int64_t wall = 1000; wall < 100'000; wall += 1000) {
    StampClock restarted = clock_of(StampSource::hlc);
    static std::string disk;
    const std::int64_t told = clock.tell(wall);
    if (auto bound = clock.new_bound()) disk = *bound;
    ASSERT_TRUE(restarted.load(disk));
    EXPECT_GT(restarted.next(0).wall_us, told);
  }
}

TEST(StampClock, a_damaged_bound_is_unreadable) {
  StampClock clock = clock_of(StampSource::hlc);
  EXPECT_FALSE(clock.load("short"));
  EXPECT_FALSE(clock.load(std::string(8, '\xff')));
}

TEST(StampClock, of_truetime_is_the_latest_and_waits_until_the_earliest_is_past_it) {
  StampClock clock = clock_of(StampSource::truetime);
  const Stamp stamp = clock.next(1'000'000);
  EXPECT_EQ(stamp.wall_us, 1'005'000);
  EXPECT_EQ(clock.wait_us(stamp, 1'000'000), 10'001);
  EXPECT_EQ(clock.wait_us(stamp, 1'010'001), 0);
  EXPECT_LE(clock_of(StampSource::wall).wait_us(stamp, 0), 0) << "others do not wait";
}

}  // namespace
}  // namespace fracas::store
