// What is promised where nodes lose state: disks that are wiped, put back or lose what was not synced, nodes
// that catch up, and tombstones that go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nemesis/kind.h"
#include "promised.h"

namespace fracas::harness {
namespace {

TEST(KindsThatTakeState, LeaveACopyWhereFewerThanWNodesSuffer) {
  const Names rest_on_quorums{"read-your-writes", "regular"};
  Experiment e = siblings();
  e.faults = {{.kind = "disk.wipe", .target = "one", .every = 0}};
  EXPECT_EQ(not_promised(e, {"disk.wipe", "process.kill"}), rest_on_quorums);
  e.faults.push_back({.kind = "disk.restore", .target = "n3", .every = 0});
  EXPECT_EQ(not_promised(e, {"disk.wipe"}), rest_on_quorums) << "only one took effect";
  EXPECT_FALSE(promise("durability", e, {"disk.wipe", "disk.restore"}).guaranteed);
  e.store.w = 3;
  EXPECT_TRUE(promise("durability", e, {"disk.wipe", "disk.restore"}).guaranteed);
  e.store.w = 2;
  for (const char* target : {"minority", "n1,n2", "some", "primaries"}) {
    e.faults = {{.kind = "disk.wipe", .target = target, .every = 0}};
    EXPECT_FALSE(promise("durability", e, {"disk.wipe"}).guaranteed) << target;
  }
  e.faults = {{.kind = "disk.wipe", .target = "one", .every = 1'000'000'000}};
  EXPECT_FALSE(promise("durability", e, {"disk.wipe"}).guaranteed) << "again and again";
}

Experiment catching_up(store::Fsync fsync, Experiment e = siblings()) {
  e.store.rejoin = store::RejoinMode::catchup;
  e.store.fsync = fsync;
  return e;
}

TEST(NodesThatCatchUp, KeepWhatRestsOnQuorumsWhereFewerThanWLoseState) {
  Experiment e = catching_up(store::Fsync::always);
  e.faults = {{.kind = "disk.wipe", .target = "one", .every = 0}};
  EXPECT_EQ(not_promised(e, {"disk.wipe", "process.kill", "network.partition", "process.pause"}), Names{});
  EXPECT_THAT(promise("regular", e, {"disk.wipe"}).reason, testing::HasSubstr("n - w + 1 = 2 others"));
  e.faults[0].every = 1'000'000'000;
  EXPECT_FALSE(promise("regular", e, {"disk.wipe"}).guaranteed) << "again and again";
  e.faults = {{.kind = "disk.wipe", .target = "n1", .every = 0},
              {.kind = "disk.wipe", .target = "n2", .every = 0}};
  EXPECT_FALSE(promise("regular", e, {"disk.wipe"}).guaranteed) << "as many as w";
}

TEST(NodesThatCatchUp, CoverAPowerLossOfOneWhoseDiskIsNotSyncedOnEachWrite) {
  for (const store::Fsync fsync : {store::Fsync::interval, store::Fsync::never}) {
    Experiment e = catching_up(fsync);
    e.faults = {{.kind = "disk.power-loss", .target = "one", .every = 0}};
    EXPECT_TRUE(promise("regular", e, {"disk.power-loss", "network.loss"}).guaranteed);
    e.store.rejoin = store::RejoinMode::immediate;
    EXPECT_THAT(promise("regular", e, {"disk.power-loss"}).reason, testing::HasSubstr("rejoin = immediate"));
  }
}

TEST(SyncsOfAnInterval, TakeWhatWasAcknowledgedWhenTheyFail) {
  Experiment e = siblings();
  e.store.fsync = store::Fsync::interval;
  EXPECT_THAT(promise("durability", e, {"disk.error"}).reason, testing::HasSubstr("a sync that failed"));
  EXPECT_FALSE(promise("durability", e, {"disk.error"}).guaranteed);
  EXPECT_TRUE(promise("durability", e, {"disk.full", "disk.slow"}).guaranteed);
  e.store.fsync = store::Fsync::always;
  EXPECT_TRUE(promise("durability", e, {"disk.error"}).guaranteed) << "nobody was told";
  e.store.fsync = store::Fsync::never;
  EXPECT_TRUE(promise("durability", e, {"disk.error"}).guaranteed) << "nothing is synced";
}

TEST(NodesThatCatchUp, MayTakeAnOldCopyOfASyncedDiskAtItsWordWhileThoseThatRememberAreAway) {
  Experiment e = catching_up(store::Fsync::always);
  e.faults = {{.kind = "disk.restore", .target = "one", .every = 0}};
  EXPECT_TRUE(promise("regular", e, {"disk.restore", "clock.jump"}).guaranteed);
  for (const char* other :
       {"network.partition", "process.kill", "process.pause", "disk.power-loss", "disk.slow"}) {
    const Promise regular = promise("regular", e, {"disk.restore", other});
    EXPECT_FALSE(regular.guaranteed) << other;
    EXPECT_THAT(regular.reason, testing::HasSubstr(other));
  }
  e.store.fsync = store::Fsync::interval;
  EXPECT_TRUE(promise("regular", e, {"disk.restore", "network.partition", "process.kill"}).guaranteed)
      << "such a disk is never taken at its word";
}

Experiment dropping_tombstones(store::Gc gc, Experiment e = siblings()) {
  e.store.gc = gc;
  e.store.gc_after_ns = 1'000'000'000;
  if (gc == store::Gc::confirmed) e = catching_up(store::Fsync::always, e);
  return e;
}

TEST(Tombstones, ThatGoByAgePromiseNothingOfWhatIsFoundOnceAnybodyWasAway) {
  Experiment e = dropping_tombstones(store::Gc::timeout);
  EXPECT_TRUE(promise("no-resurrection", e, {"clock.jump"}).guaranteed);
  for (const char* away : {"process.kill", "process.pause", "network.partition", "network.delay"}) {
    for (const char* property : {"no-resurrection", "regular", "read-your-writes"}) {
      const Promise promised = promise(property, e, {away});
      EXPECT_FALSE(promised.guaranteed) << away << ' ' << property;
      EXPECT_THAT(promised.reason, testing::HasSubstr(away));
    }
    EXPECT_TRUE(promise("convergence", e, {away}).guaranteed);
  }
  e.store.gc_after_ns = 3'600'000'000'000;
  EXPECT_TRUE(promise("no-resurrection", e, kCrashes).guaranteed) << "longer than the run";
  e.store.gc_after_ns = e.store.timeout_ns - 1;
  EXPECT_FALSE(promise("no-resurrection", e, kNone).guaranteed) << "shorter than an operation";
}

TEST(Tombstones, ThatGoOnceConfirmedTakeNothingButQuiescence) {
  const Experiment e = dropping_tombstones(store::Gc::confirmed);
  for (const Kinds& kinds : {kNone, kCrashes, kClocks})
    EXPECT_EQ(not_promised(e, kinds), (Names{"quiescence"}));
  EXPECT_TRUE(promise("no-resurrection", e, kCrashes).guaranteed);
  EXPECT_THAT(promise("no-resurrection", e, kCrashes).reason, testing::HasSubstr("no node keeps a hint"));
}

TEST(Tombstones, ThatGoOnceConfirmedOutliveAnOldDiskWhereThoseThatRememberAreThere) {
  Experiment e = dropping_tombstones(store::Gc::confirmed);
  e.faults = {{.kind = "disk.restore", .target = "one", .every = 0}};
  EXPECT_TRUE(promise("no-resurrection", e, {"disk.restore"}).guaranteed);
  EXPECT_FALSE(promise("no-resurrection", e, {"disk.restore", "process.kill"}).guaranteed);
  e.store.gc = store::Gc::keep;
  EXPECT_TRUE(promise("no-resurrection", e, {"disk.restore", "process.kill"}).guaranteed)
      << "a tombstone is still there";
}

TEST(Tombstones, ThatGoLetAValueWithAnOlderStampAppear) {
  const Experiment e = dropping_tombstones(store::Gc::confirmed, lww());
  EXPECT_TRUE(promise("no-resurrection", e, kCrashes).guaranteed);
  EXPECT_FALSE(promise("no-resurrection", e, kClocks).guaranteed);
  EXPECT_TRUE(promise("no-resurrection", lww(), kClocks).guaranteed);
}

TEST(NodesThatCatchUp, PromiseNothingOfWhatWasOnlyRead) {
  Experiment e = catching_up(store::Fsync::never);
  e.store.repair = store::Repair::abd;
  e.faults = {{.kind = "disk.power-loss", .target = "one", .every = 0}};
  EXPECT_FALSE(promise("monotonic-reads", e, {"disk.power-loss"}).guaranteed);
}

const Names kRestOnState{"read-your-writes", "regular", "lost-updates", "durability"};

TEST(KindsThatTakeState, LeaveOnlyWhatNeedsNoState) {
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    if (!kind.takes_state) continue;
    EXPECT_EQ(not_promised(siblings(), {std::string(kind.name)}), kRestOnState) << kind.name;
    EXPECT_EQ(not_promised(lww(), {"process.kill", std::string(kind.name)}), kRestOnState) << kind.name;
    EXPECT_THAT(promise("durability", siblings(), {std::string(kind.name)}).reason,
                testing::HasSubstr(std::string(kind.name)));
  }
}

TEST(KindsThatTakeState, AreTheOnesThatTheirDescriptionsSay) {
  Names names;
  for (const nemesis::Kind& kind : nemesis::kinds())
    if (kind.takes_state) names.emplace_back(kind.name);
  EXPECT_EQ(names, (Names{"disk.wipe", "disk.restore", "disk.truncate", "disk.bit-flip"}));
}

TEST(KindsThatNobodySpeaksOf, AreTakenForDamage) {
  EXPECT_EQ(not_promised(siblings(), {"disk.melt"}), kRestOnState);
  EXPECT_THAT(promise("regular", siblings(), {"disk.melt"}).reason,
              testing::HasSubstr("no promise is written down for disk.melt"));
}

TEST(PowerLoss, TakesNothingThatWasSynced) {
  EXPECT_EQ(not_promised(siblings(), {"disk.power-loss"}), Names{});
  EXPECT_EQ(not_promised(lww(), {"disk.power-loss"}), Names{"lost-updates"});
  EXPECT_THAT(promise("durability", siblings(), {"disk.power-loss"}).reason,
              testing::HasSubstr("takes only what was not synced"));
}

TEST(PowerLoss, TakesAcknowledgedWritesThatWereNot) {
  Experiment e = siblings();
  e.store.fsync = store::Fsync::never;
  EXPECT_EQ(not_promised(e, {"disk.power-loss"}), kRestOnState);
  EXPECT_THAT(promise("durability", e, {"disk.power-loss"}).reason, testing::HasSubstr("fsync = never"));
}

TEST(DisksThatFailOrAreSlow, TakeNothing) {
  const Kinds kinds{"disk.full", "disk.error", "disk.slow"};
  EXPECT_EQ(not_promised(siblings(), kinds), Names{});
  EXPECT_EQ(not_promised(siblings(1, 1), kinds), (Names{"read-your-writes", "regular"}));
}

TEST(ChangesOfTheRing, TakeNothingThatWasAcknowledged) {
  const Kinds kinds{"ring.join",    "ring.leave",        "ring.replace",
                    "process.kill", "network.partition", "disk.power-loss"};
  EXPECT_EQ(not_promised(siblings(), kinds), Names{});
  EXPECT_EQ(not_promised(siblings(1, 1), kinds), not_promised(siblings(1, 1), {"process.kill"}))
      << "who becomes a home meets every w and every r";
  EXPECT_EQ(not_promised(lww(), kinds), not_promised(lww(), {"process.kill"}));
}

TEST(ChangesOfTheRing, MayTakeWhatOneHomeAloneHad) {
  Experiment e = siblings(3, 2);
  e.store.repair = store::Repair::async;
  EXPECT_TRUE(promise("monotonic-reads", e, {"process.kill"}).guaranteed);
  const Promise changed = promise("monotonic-reads", e, {"ring.leave"});
  EXPECT_FALSE(changed.guaranteed);
  EXPECT_THAT(changed.reason, testing::HasSubstr("r = n, but the ring changes"));
  for (const store::Repair repair : {store::Repair::abd, store::Repair::blocking}) {
    e.store.repair = repair;
    EXPECT_TRUE(promise("monotonic-reads", e, {"ring.leave"}).guaranteed);
  }
}

TEST(ChangesOfTheRing, PromiseLittleWhereDisksForget) {
  Experiment e = catching_up(store::Fsync::always);
  e.faults = {{.kind = "disk.wipe", .target = "one", .every = 0}};
  ASSERT_TRUE(promise("regular", e, {"disk.wipe"}).guaranteed);
  for (const char* property :
       {"regular", "durability", "lost-updates", "convergence", "quiescence", "ack-count"})
    EXPECT_FALSE(promise(property, e, {"disk.wipe", "ring.join"}).guaranteed) << property;
  EXPECT_THAT(promise("convergence", e, {"disk.wipe", "ring.join"}).reason,
              testing::HasSubstr("and the ring changed"));
  e.faults.clear();
  e.store.fsync = store::Fsync::never;
  EXPECT_TRUE(promise("durability", e, {"process.kill", "ring.join"}).guaranteed) << "the kernel keeps it";
  EXPECT_TRUE(promise("convergence", e, {"disk.power-loss", "ring.join"}).guaranteed)
      << "what the ring depends on is always synced";
}

}  // namespace
}  // namespace fracas::harness
