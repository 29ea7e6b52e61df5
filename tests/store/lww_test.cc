// Last write wins: replicas agree whatever the order of arrival, and a node's stamps never go backwards.
#include "store/lww.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store/key_state.h"

namespace fracas::store {
namespace {

/// Few different stamps, so that ties are common. As in the store, a stamp belongs to one write.
LwwCell any_cell() {
  LwwCell cell;
  cell.stamp.wall_us = *rc::gen::inRange(0, 3);
  cell.stamp.actor.bytes[15] = *rc::gen::inRange<std::uint8_t>(0, 3);
  cell.stamp.sequence = *rc::gen::inRange<std::uint64_t>(0, 3);
  const std::string value = std::to_string(cell.stamp.wall_us) + std::to_string(cell.stamp.actor.bytes[15]) +
                            std::to_string(cell.stamp.sequence);
  if (value.back() != '0') cell.value = value;
  return cell;
}

LwwCell merged(const LwwCell& left, const LwwCell& right) {
  KeyState state = left;
  merge(state, right);
  return std::get<LwwCell>(state);
}

RC_GTEST_PROP(LwwCell, merge_is_a_least_upper_bound, ()) {
  const LwwCell x = any_cell();
  const LwwCell y = any_cell();
  const LwwCell z = any_cell();
  RC_ASSERT(merged(x, x) == x);
  RC_ASSERT(merged(x, y) == merged(y, x));
  RC_ASSERT(merged(merged(x, y), z) == merged(x, merged(y, z)));
  RC_ASSERT(x.covers(y) == (merged(x, y) == x));
}

RC_GTEST_PROP(LwwCell, the_greatest_stamp_stays, ()) {
  const LwwCell x = any_cell();
  const LwwCell y = any_cell();
  RC_ASSERT(merged(x, y).stamp == std::max(x.stamp, y.stamp));
}

TEST(LwwCell, a_tombstone_has_an_ordinary_stamp) {
  const LwwCell value{{.wall_us = 2, .actor = {}, .sequence = 1}, "v"};
  const LwwCell earlier{{.wall_us = 1, .actor = {}, .sequence = 2}, std::nullopt};
  const LwwCell later{{.wall_us = 3, .actor = {}, .sequence = 3}, std::nullopt};
  EXPECT_EQ(merged(value, earlier), value);
  EXPECT_EQ(merged(value, later), later);
}

RC_GTEST_PROP(StampClock, stamps_grow_however_the_wall_clock_jumps,
              (const std::vector<std::int16_t>& walls)) {
  StampClock clock(Actor{});
  Stamp last;
  for (const std::int16_t wall : walls) {
    const Stamp next = clock.next(wall);
    RC_ASSERT(next.wall_us > last.wall_us);
    RC_ASSERT(next.wall_us >= wall);
    RC_ASSERT(next.sequence == last.sequence + 1);
    last = next;
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

}  // namespace
}  // namespace fracas::store
