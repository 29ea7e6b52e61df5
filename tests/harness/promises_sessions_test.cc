// What the source of stamps promises a session about the order of its writes.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "harness/promises.h"

namespace fracas::harness {
namespace {

using Kinds = std::set<std::string>;

const Kinds kClocks{"clock.jump"};

Experiment stamped(store::StampSource stamp) {
  Experiment e;
  e.store.conflict = store::Conflict::lww;
  e.store.stamp = stamp;
  e.store.r = e.store.w = 2;
  return e;
}

bool is_promised(std::string_view property, const Experiment& e, const Kinds& kinds) {
  return promise(property, e, kinds).guaranteed;
}

TEST(OrderOfStampedWrites, IsKeptUnderAnyClockByASessionThatCarriesItsStamp) {
  for (const store::StampSource stamp : {store::StampSource::hlc, store::StampSource::query}) {
    Experiment e = stamped(stamp);
    e.store.r = e.store.w = 1;
    const Kinds kinds{"clock.jump", "disk.wipe"};
    EXPECT_TRUE(is_promised("monotonic-writes", e, kinds));
    EXPECT_TRUE(is_promised("writes-follow-reads", e, kinds));
    e.clients.contexts = false;
    EXPECT_FALSE(is_promised("monotonic-writes", e, kinds));
    EXPECT_FALSE(is_promised("writes-follow-reads", e, kinds));
  }
}

TEST(OrderOfStampedWrites, WithoutWhatItHasReadASessionMayWriteBelowAPartialWrite) {
  Experiment e = stamped(store::StampSource::query);
  e.clients.contexts = false;
  EXPECT_TRUE(is_promised("monotonic-writes", e, kClocks)) << "acknowledged: r homes have met it";
  EXPECT_FALSE(is_promised("writes-follow-reads", e, kClocks));
}

TEST(OrderOfStampedWrites, OfAClientsOwnClockIsThatOfItsOwnWritesOnly) {
  Experiment e = stamped(store::StampSource::client);
  e.clients.clock_skew = 1'000'000'000;
  EXPECT_TRUE(is_promised("monotonic-writes", e, kClocks));
  EXPECT_FALSE(is_promised("writes-follow-reads", e, kClocks));
}

}  // namespace
}  // namespace fracas::harness
