// The guarantee matrix, cell by cell: a property, a configuration, the faults that took effect, and whether
// the property is promised then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checker/property.h"
#include "harness/promises/stamp_order.h"
#include "nemesis/kind.h"
#include "promised.h"

namespace fracas::harness {
namespace {

TEST(Siblings, WithIntersectingQuorumsPromiseEverythingUnderEveryKindOfFault) {
  for (const Kinds& kinds : {kNone, kCrashes, kClocks}) EXPECT_EQ(not_promised(siblings(), kinds), Names{});
  EXPECT_EQ(not_promised(siblings(1, 3), kCrashes), Names{});
  EXPECT_EQ(not_promised(siblings(3, 1), kCrashes), Names{});
}

TEST(Siblings, WithWeakQuorumsMayReadStaleValuesButLoseNothing) {
  for (const Kinds& kinds : {kNone, kCrashes, kClocks})
    EXPECT_EQ(not_promised(siblings(1, 1), kinds), (Names{"read-your-writes", "regular"}));
  EXPECT_EQ(not_promised(siblings(1, 2), kNone), (Names{"read-your-writes", "regular"}));
}

TEST(Siblings, LoseIncrementsWhereClientsMayNotReadTheirOwn) {
  Experiment e = siblings();
  e.workload = "counter";
  EXPECT_TRUE(promise("lost-updates", e, kCrashes).guaranteed);
  e.store.r = e.store.w = 1;
  EXPECT_FALSE(promise("lost-updates", e, kNone).guaranteed);
}

TEST(Siblings, RemoveFromCartsOnlyWithContexts) {
  Experiment e = siblings(1, 1);
  e.workload = "cart";
  EXPECT_TRUE(promise("lost-updates", e, kCrashes).guaranteed);
  e.clients.contexts = false;
  EXPECT_FALSE(promise("lost-updates", e, kNone).guaranteed);
}

TEST(Siblings, KeepEveryWriteAlsoWithoutContexts) {
  Experiment e = siblings();
  e.clients.contexts = false;
  EXPECT_EQ(not_promised(e, kCrashes), Names{});
}

TEST(LastWriteWins, LosesUpdatesWithoutAnyFault) {
  EXPECT_EQ(not_promised(lww(), kNone), Names{"lost-updates"});
}

TEST(LastWriteWins, IsNotHurtByCrashesAndPartitions) {
  EXPECT_EQ(not_promised(lww(), kCrashes), Names{"lost-updates"});
}

TEST(LastWriteWins, LosesOrderToWrongClocksButNoCopies) {
  const Names expected{"regular", "lost-updates", "lost-writes"};
  EXPECT_EQ(not_promised(lww(), {"clock.jump"}), expected);
  EXPECT_EQ(not_promised(lww(), {"clock.drift"}), expected);
  EXPECT_EQ(not_promised(lww(), {"clock.freeze"}), expected);
  EXPECT_EQ(not_promised(lww(), {"clock.strobe", "process.kill"}), expected);
}

/// An experiment whose clocks are off by so much.
Experiment skewed(store::StampSource source, const std::string& by, Nanoseconds every = 0,
                  Nanoseconds lasts = 0) {
  Experiment e = stamped(source);
  e.store.clock_error_ns = 50'000'000;
  e.faults.push_back({.kind = "clock.jump", .target = "one", .every = every, .lasts = lasts});
  e.faults.back().parameters["by"] = by;
  return e;
}

TEST(Stamps, OfAQuorumHoldUnderAnyClock) {
  using store::StampSource;
  EXPECT_EQ(not_promised(stamped(StampSource::query), kClocks), Names{"lost-updates"});
  EXPECT_EQ(not_promised(stamped(StampSource::query, 1, 1), kNone),
            (Names{"read-your-writes", "regular", "lost-updates", "lost-writes"}))
      << "a query that meets not every write";
  Names without_copies = not_promised(lww(), {"disk.wipe"});
  without_copies.insert(std::find(without_copies.begin(), without_copies.end(), "durability"), "lost-writes");
  EXPECT_EQ(not_promised(stamped(StampSource::query), {"disk.wipe"}), without_copies)
      << "copies that are asked have forgotten what they had";
}

TEST(Stamps, OfHybridClocksDoNotSaveAWriteThatOnlyCameLater) {
  using store::StampSource;
  EXPECT_EQ(not_promised(stamped(StampSource::hlc), kClocks),
            (Names{"regular", "lost-updates", "lost-writes"}));
  EXPECT_EQ(not_promised(stamped(StampSource::hlc), kCrashes), Names{"lost-updates"});
}

TEST(Stamps, OfClientsRestOnTheirClocksNotOnTheNodes) {
  Experiment e = stamped(store::StampSource::client);
  EXPECT_EQ(not_promised(e, kClocks), Names{"lost-updates"});
  e.clients.clock_skew = 1'000'000;
  EXPECT_EQ(not_promised(e, kNone), (Names{"regular", "lost-updates", "lost-writes"}));
}

TEST(Stamps, OfTruetimeHoldWhileClocksAreOffByNoMoreThanTheirError) {
  using store::StampSource;
  constexpr Nanoseconds second = 1'000'000'000;
  const Names kept{"lost-updates"};
  const Names lost{"regular", "lost-updates", "lost-writes"};
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "50ms"), kClocks), kept);
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "-50ms"), kClocks), kept);
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "51ms"), kClocks), lost);
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "50ms", 4 * second, second), kClocks), kept);
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "50ms", 4 * second, 2 * second), kClocks), lost)
      << "two may be in force on one node, and add up";
  EXPECT_EQ(not_promised(skewed(StampSource::truetime, "50ms"), {"clock.jump", "clock.freeze"}), lost)
      << "of a freeze the experiment says nothing";
  EXPECT_EQ(not_promised(skewed(StampSource::wall, "50ms"), kClocks), lost);
}

TEST(Stamps, SkewsOfSeveralFaultsAddUp) {
  Experiment e = skewed(store::StampSource::truetime, "20ms");
  e.faults.push_back({.kind = "clock.freeze", .target = "one", .lasts = 30'000'000});
  EXPECT_EQ(largest_skew(e, {"clock.jump", "clock.freeze"}), 50'000'000);
  EXPECT_EQ(largest_skew(e, {"clock.jump"}), 20'000'000);
  e.faults.push_back({.kind = "clock.drift", .target = "one", .lasts = 1'000'000'000});
  e.faults.back().parameters["rate"] = 1.25;
  EXPECT_EQ(largest_skew(e, {"clock.drift"}), 250'000'000);
}

TEST(LastWriteWins, WithWeakQuorumsAlsoReadsStaleValues) {
  EXPECT_EQ(not_promised(lww(1, 1), kNone), (Names{"read-your-writes", "regular", "lost-updates"}));
}

bool promised(std::string_view property, const Experiment& e, const Kinds& kinds) {
  return promise(property, e, kinds).guaranteed;
}

TEST(MonotonicReads, RestOnARepairThatIsWaitedForOrOnReadingEveryHome) {
  for (Experiment e : {siblings(), lww()}) {
    EXPECT_FALSE(promised("monotonic-reads", e, kNone));
    e.store.repair = store::Repair::abd;
    EXPECT_TRUE(promised("monotonic-reads", e, kClocks));
    e.store.repair = store::Repair::blocking;
    EXPECT_TRUE(promised("monotonic-reads", e, kCrashes));
    e.store.r = 1;
    e.store.w = 3;
    EXPECT_FALSE(promised("monotonic-reads", e, kNone)) << "2r <= n: a later read may meet another home";
  }
  EXPECT_TRUE(promised("monotonic-reads", siblings(3, 1), kCrashes));
  EXPECT_FALSE(promised("monotonic-reads", siblings(3, 1), {"disk.restore"}));
}

TEST(OrderOfWrites, RestsOnClocksUnderLastWriteWinsAndOnNothingWithSiblings) {
  for (const char* property : {"monotonic-writes", "writes-follow-reads"}) {
    EXPECT_TRUE(promised(property, lww(1, 1), kCrashes)) << property;
    EXPECT_FALSE(promised(property, lww(), kClocks)) << property;
    EXPECT_TRUE(promised(property, siblings(1, 1), {"clock.jump", "disk.wipe"})) << property;
  }
  EXPECT_TRUE(promised("antichain", siblings(1, 1), {"clock.jump", "disk.wipe"}));
}

TEST(Deletes, StayDeletedWhileACopyOfTheTombstoneIsLeft) {
  EXPECT_TRUE(promised("no-resurrection", lww(1, 1), kClocks));
  EXPECT_FALSE(promised("no-resurrection", siblings(), {"disk.wipe"}));
  Experiment e = siblings();
  e.faults = {{.kind = "disk.wipe", .target = "one", .every = 0}};
  EXPECT_TRUE(promised("no-resurrection", e, {"disk.wipe"}));
  EXPECT_FALSE(promised("ack-count", e, {"disk.wipe"}));
  e.store.anti_entropy_ns = 0;
  EXPECT_FALSE(promised("no-resurrection", e, kNone));
  EXPECT_TRUE(promised("ack-count", e, kCrashes));
}

TEST(AntiEntropy, IsWhatConvergenceRestsOn) {
  Experiment e = siblings();
  e.store.anti_entropy_ns = 0;
  EXPECT_EQ(not_promised(e, kNone), (Names{"convergence", "quiescence"}));
  e.store.hints = store::Hints::off;
  EXPECT_EQ(not_promised(e, kCrashes), (Names{"convergence", "quiescence"}));
}

TEST(AntiEntropy, OffWithWeakQuorumsLeavesTheFinalStateOpen) {
  Experiment e = siblings(1, 1);
  e.store.anti_entropy_ns = 0;
  EXPECT_EQ(not_promised(e, kNone),
            (Names{"read-your-writes", "regular", "lost-updates", "convergence", "quiescence"}));
}

TEST(Fsync, NeverLosesNothingToKills) {
  Experiment e = siblings();
  e.store.fsync = store::Fsync::never;
  EXPECT_EQ(not_promised(e, kCrashes), Names{});
  EXPECT_THAT(promise("durability", e, kCrashes).reason, testing::HasSubstr("page cache"));
}

TEST(Repair, ChangesNoPromise) {
  for (const Experiment& usual : {siblings(), siblings(1, 1), lww(), lww(1, 1)}) {
    Experiment without = usual;
    without.store.repair = store::Repair::none;
    EXPECT_EQ(not_promised(without, kCrashes), not_promised(usual, kCrashes));
  }
}

Experiment sloppy(Experiment e) {
  e.store.placement = store::Placement::sloppy;
  e.store.hints = store::Hints::fallback;
  return e;
}

TEST(SloppyQuorums, AreOnlyAGuaranteeOfDurability) {
  for (const Kinds& kinds : {kNone, kCrashes}) {
    EXPECT_EQ(not_promised(sloppy(siblings()), kinds), (Names{"read-your-writes", "regular"}));
    EXPECT_EQ(not_promised(sloppy(siblings(3, 3)), kinds), (Names{"read-your-writes", "regular"}));
    EXPECT_EQ(not_promised(sloppy(lww()), kinds), (Names{"read-your-writes", "regular", "lost-updates"}));
  }
  EXPECT_EQ(not_promised(sloppy(siblings()), kClocks), (Names{"read-your-writes", "regular"}));
  EXPECT_EQ(not_promised(sloppy(lww()), kClocks),
            (Names{"read-your-writes", "regular", "lost-updates", "lost-writes"}));
  EXPECT_THAT(promise("regular", sloppy(lww()), kNone).reason, testing::HasSubstr("stand-ins"));
  for (const char* property : {"durability", "ack-count"})
    EXPECT_THAT(promise(property, sloppy(lww()), kNone).reason, testing::HasSubstr("stand-in")) << property;
  EXPECT_TRUE(promised("ack-count", sloppy(lww()), kCrashes));
}

TEST(SloppyQuorums, LeaveTheFinalStateOpenWithoutAntiEntropy) {
  Experiment e = sloppy(siblings());
  e.store.anti_entropy_ns = 0;
  EXPECT_EQ(not_promised(e, kNone),
            (Names{"read-your-writes", "regular", "lost-updates", "convergence", "quiescence"}));
}

TEST(Bugs, ChangeNoPromise) {
  Experiment e = siblings();
  e.store.bugs.add(store::Bug::first_reply_wins);
  EXPECT_EQ(not_promised(e, kCrashes), Names{});
}

TEST(FaultsOfSingleMessages, ArePartOfWhatIsPromisedAnyway) {
  Kinds packets;
  for (const nemesis::Kind& kind : nemesis::kinds())
    if (kind.needs == nemesis::Ability::packets) packets.emplace(kind.name);
  EXPECT_GE(packets.size(), 9U);
  EXPECT_EQ(not_promised(siblings(), packets), Names{});
  EXPECT_EQ(not_promised(lww(), packets), Names{"lost-updates"});
}

TEST(Promises, AreWrittenDownForEveryPropertyWithAReason) {
  for (const checker::PropertyInfo& property : checker::properties()) {
    for (const Experiment& e : {siblings(), siblings(1, 1), lww(), lww(1, 1)}) {
      const std::string reason = promise(property.name, e, kCrashes).reason;
      EXPECT_FALSE(reason.empty());
      EXPECT_THAT(reason, testing::Not(testing::HasSubstr("no promise is written down"))) << property.name;
    }
  }
}

TEST(Promises, OfUnknownPropertiesAreNone) {
  EXPECT_FALSE(promise("linearisable", siblings(), kNone).guaranteed);
}

TEST(Promises, SpeakOfEveryKindThatExists) {
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    const Promise durability = promise("durability", siblings(), {std::string(kind.name)});
    EXPECT_EQ(durability.guaranteed, !kind.takes_state) << kind.name;
    EXPECT_THAT(durability.reason, testing::Not(testing::HasSubstr("no promise is written down")))
        << kind.name;
  }
}

}  // namespace
}  // namespace fracas::harness
