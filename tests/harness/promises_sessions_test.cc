// What the source of stamps promises a session about the order of its writes; what its token promises it; and
// that it is all one who coordinates.
#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

#include "checker/property.h"
#include "promised.h"

namespace fracas::harness {
namespace {

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

/// With r = w = 1, stand-ins or not, and whatever clocks and disks do.
Experiment with_tokens(store::Conflict conflict) {
  Experiment e;
  e.workload = "register";
  e.store.conflict = conflict;
  e.store.r = e.store.w = 1;
  e.clients.session_tokens = true;
  return e;
}

TEST(SessionTokens, KeepTheFourGuaranteesWhateverQuorumsAre) {
  const Kinds kinds{"clock.jump", "disk.wipe", "process.kill", "network.partition"};
  for (const auto conflict : {store::Conflict::siblings, store::Conflict::lww}) {
    Experiment e = with_tokens(conflict);
    for (const auto placement : {store::Placement::strict, store::Placement::sloppy}) {
      e.store.placement = placement;
      for (const char* property :
           {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads"})
        EXPECT_TRUE(is_promised(property, e, kinds)) << property;
      EXPECT_FALSE(is_promised("regular", e, {})) << "others' writes are no business of a session";
    }
    e.clients.session_tokens = false;
    EXPECT_FALSE(is_promised("read-your-writes", e, {}));
    EXPECT_FALSE(is_promised("monotonic-reads", e, {}));
  }
}

TEST(SessionTokens, KeepNothingOfWhatTheyHaveForgotten) {
  Experiment e = with_tokens(store::Conflict::siblings);
  e.load.keys = 20;
  e.load.cold_keys = 5;
  e.store.session_keys = 25;
  EXPECT_TRUE(is_promised("read-your-writes", e, {}));
  e.store.session_keys = 24;
  EXPECT_FALSE(is_promised("read-your-writes", e, {}));
  EXPECT_NE(promise("read-your-writes", e, {}).reason.find("session_keys = 24"), std::string::npos);
  EXPECT_FALSE(is_promised("monotonic-reads", e, {}));
  ScriptedOperation operation;
  operation.intent = {checker::Function::read, "k"};
  e.script.push_back(operation);
  EXPECT_TRUE(is_promised("read-your-writes", e, {})) << "a script uses the keys that it names";
  e.script.clear();
  e.store.session_keys = 4096;
  e.workload = "mixed";
  EXPECT_FALSE(is_promised("read-your-writes", e, {})) << "its sets and lists go on to ever new keys";
}

/// Stamps are the client's either way, and so is the business of waiting for r and w.
TEST(WhoCoordinates, ChangesNoPromise) {
  Experiment e;
  e.workload = "register";
  e.store.hints = store::Hints::off;
  const std::vector<Kinds> faults{
      {}, {"clock.jump"}, {"process.kill", "network.partition"}, {"disk.wipe"}, {"disk.power-loss"}};
  for (const auto& [conflict, stamp] : {std::pair{store::Conflict::siblings, store::StampSource::wall},
                                        {store::Conflict::lww, store::StampSource::client},
                                        {store::Conflict::lww, store::StampSource::query}}) {
    e.store.conflict = conflict;
    e.store.stamp = stamp;
    for (const auto repair : {store::Repair::none, store::Repair::abd}) {
      e.store.repair = repair;
      for (const checker::PropertyInfo& property : checker::properties()) {
        for (const Kinds& kinds : faults) {
          e.store.coordinator = store::Coordination::node;
          const Promise by_nodes = promise(property.name, e, kinds);
          e.store.coordinator = store::Coordination::client;
          ASSERT_TRUE(store::check(e.store));
          EXPECT_EQ(promise(property.name, e, kinds).guaranteed, by_nodes.guaranteed) << property.name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace fracas::harness
