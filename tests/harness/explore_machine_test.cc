// One node of a small world: what it does at once, what waits for its disk, and what a crash leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/explore/machine.h"

namespace fracas::harness::explore {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Machine machine_of_two(store::Fsync fsync, bool power_cuts) {
  store::Config config;
  config.nodes = config.n = 2;
  config.r = config.w = 1;
  config.conflict = store::Conflict::lww;
  config.anti_entropy_ns = 0;
  config.fsync = fsync;
  return Machine({.config = config, .self = 0, .sync_at_once = false, .power_cuts = power_cuts});
}

Begin begin_put() {
  Begin begin;
  begin.request.verb = store::Verb::put;
  begin.request.key = "k";
  begin.request.value = "1";
  return begin;
}

TEST(Machine, asks_its_peers_at_once_and_answers_when_what_that_rests_on_is_durable) {
  Machine machine = machine_of_two(store::Fsync::always, false);
  machine.happen(begin_put());
  EXPECT_TRUE(machine.syncing());
  EXPECT_THAT(machine.sent, SizeIs(1));
  EXPECT_THAT(machine.replies, IsEmpty());
  machine.happen(Sync{});
  EXPECT_THAT(machine.replies, SizeIs(1));
  EXPECT_THAT(machine.disk(), SizeIs(1));
}

TEST(Machine, loses_the_running_write_in_a_crash_or_keeps_it_without_having_said_so) {
  for (const bool survives : {false, true}) {
    Machine machine = machine_of_two(store::Fsync::always, false);
    machine.happen(begin_put());
    machine.happen(Crash{survives});
    EXPECT_FALSE(machine.up());
    EXPECT_THAT(machine.replies, IsEmpty());
    EXPECT_THAT(machine.disk(), SizeIs(survives ? 1 : 0));
    machine.happen(Restart{});
    EXPECT_TRUE(machine.up());
  }
}

TEST(Machine, keeps_what_it_never_synced_through_a_kill_and_not_through_a_power_cut) {
  for (const bool power_cut : {false, true}) {
    Machine machine = machine_of_two(store::Fsync::never, power_cut);
    machine.happen(begin_put());
    EXPECT_THAT(machine.replies, SizeIs(1));
    machine.happen(Crash{});
    EXPECT_THAT(machine.disk(), SizeIs(power_cut ? 0 : 1));
  }
}

}  // namespace
}  // namespace fracas::harness::explore
