// What a node knows of stale replicas: which keys differ and since when, and how many replies were behind.
#include "store/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fracas::store {
namespace {

using testing::ElementsAre;

constexpr std::int64_t second = 1'000'000'000;

TEST(Monitor, a_divergence_ages_while_who_is_behind_stays_where_it_is) {
  Monitor monitor(2);
  monitor.start(0);
  monitor.keys_compared(1, 10, {{"k", 7}}, true, 1 * second);
  monitor.keys_compared(1, 11, {{"k", 7}}, true, 5 * second);
  EXPECT_EQ(monitor.divergence_age_ns(1, 6 * second), 5 * second);
  monitor.keys_compared(1, 12, {{"k", 8}}, true, 6 * second);
  EXPECT_EQ(monitor.divergence_age_ns(1, 7 * second), 1 * second) << "it has moved on: it is not stuck";
  EXPECT_EQ(monitor.divergence_age_ns(0, 7 * second), 0);
}

TEST(Monitor, what_an_exchange_does_not_find_any_more_is_over_unless_it_had_to_leave_keys_out) {
  Monitor monitor(2);
  monitor.keys_compared(1, 10, {{"a", 1}, {"b", 1}}, true, second);
  monitor.keys_compared(1, 11, {{"a", 1}}, false, 2 * second);
  EXPECT_EQ(monitor.divergent(1), 2U);
  monitor.keys_compared(1, 12, {{"a", 1}}, true, 3 * second);
  EXPECT_EQ(monitor.divergent(1), 1U);
  monitor.roots_compared(1, 13, true);
  EXPECT_EQ(monitor.divergent(1), 0U);
}

TEST(Monitor, the_last_exchange_counts_what_it_found_before_it_repaired_it) {
  Monitor monitor(2);
  monitor.roots_compared(1, 10, false);
  monitor.keys_compared(1, 10, {{"a", 1}, {"b", 1}}, true, second);
  monitor.roots_compared(1, 10, true);
  EXPECT_EQ(monitor.found_by_exchange(1), 2U);
  monitor.roots_compared(1, 11, true);
  EXPECT_EQ(monitor.found_by_exchange(1), 0U);
}

TEST(Monitor, a_version_that_nobody_named_keeps_the_age) {
  Monitor monitor(1);
  monitor.differs(0, "k", lag_unknown, second);
  monitor.differs(0, "k", 5, 2 * second);
  monitor.differs(0, "k", lag_unknown, 3 * second);
  EXPECT_EQ(monitor.divergence_age_ns(0, 4 * second), 3 * second);
  monitor.agrees(0, "k");
  monitor.agrees(0, "k");
  EXPECT_EQ(monitor.divergent(0), 0U);
}

TEST(Monitor, keeps_no_more_keys_than_its_limit) {
  Monitor monitor(1);
  for (std::size_t i = 0; i <= Monitor::max_divergent; ++i)
    monitor.differs(0, std::to_string(i), lag_unknown, second);
  EXPECT_EQ(monitor.divergent(0), Monitor::max_divergent);
}

TEST(Monitor, a_peer_is_compared_with_when_nothing_was_left_out) {
  Monitor monitor(2);
  monitor.start(second);
  EXPECT_EQ(monitor.exchange_age_ns(1, 4 * second), 3 * second);
  monitor.asks(1, false);
  monitor.answered(1, 5 * second);
  EXPECT_EQ(monitor.exchange_age_ns(1, 6 * second), 5 * second);
  monitor.asks(1, true);
  monitor.answered(1, 6 * second);
  EXPECT_EQ(monitor.exchange_age_ns(1, 7 * second), second);
}

TEST(Monitor, replies_are_of_the_last_two_windows) {
  Monitor monitor(1);
  for (int i = 0; i < 10; ++i) monitor.reply(0);
  monitor.stale_reply(0);
  monitor.reply(Monitor::window_ns);
  EXPECT_EQ(monitor.recent_replies(Monitor::window_ns).all, 11U);
  EXPECT_EQ(monitor.recent_replies(Monitor::window_ns).stale, 1U);
  monitor.reply(2 * Monitor::window_ns);
  EXPECT_EQ(monitor.recent_replies(2 * Monitor::window_ns).all, 2U);
  EXPECT_EQ(monitor.recent_replies(5 * Monitor::window_ns).all, 0U);
}

TEST(Monitor, the_version_of_a_state_is_that_of_its_clock) {
  const LwwCell old{{1, {}, 1}, "1"};
  const LwwCell young{{2, {}, 1}, "1"};
  EXPECT_EQ(lag_of(old), lag_of(LwwCell{{1, {}, 1}, std::nullopt}));
  EXPECT_NE(lag_of(old), lag_of(young));
  EXPECT_NE(lag_of({}), lag_unknown);
}

}  // namespace
}  // namespace fracas::store
