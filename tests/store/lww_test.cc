// Last write wins: replicas agree whatever the order of arrival.
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

}  // namespace
}  // namespace fracas::store
