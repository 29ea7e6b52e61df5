// The parts of the simulation, each alone: virtual time, the network, a disk.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/sim/sim_disk.h"
#include "harness/sim/sim_network.h"
#include "harness/sim/timeline.h"

namespace fracas::harness {
namespace {

using nemesis::LinkRule;

constexpr std::int64_t kMs = 1'000'000;

TEST(Timeline, OrdersByTimeAndThenBySequence) {
  Timeline timeline;
  std::string order;
  timeline.at(20, [&] { order += 'c'; });
  timeline.at(10, [&] { order += 'a'; });
  timeline.at(20, [&] { order += 'd'; });
  timeline.at(10, [&] {
    order += 'b';
    timeline.at(5, [&] { order += '!'; });  // in the past: now, after what is due now
  });
  while (timeline.step()) {
  }
  EXPECT_EQ(order, "ab!cd");
  EXPECT_EQ(timeline.now(), 20);
}

TEST(Timeline, KeepsThousandsInOrderThatAddOthersMeanwhile) {
  Timeline timeline;
  std::vector<std::pair<nemesis::Nanoseconds, int>> seen;
  int added = 0;
  std::function<void(int)> note = [&](int number) {
    seen.emplace_back(timeline.now(), number);
    if (number < 5000) timeline.after(number * 37 % 911, [&note, next = 10000 + added++] { note(next); });
  };
  for (int i = 0; i < 5000; ++i) timeline.at(i * 7919 % 1009, [&note, i] { note(i); });
  while (timeline.step()) {
  }
  EXPECT_EQ(seen.size(), 10000U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(Timeline, DropsWhatNeverHappenedAndTakesWhatIsLargerThanASlot) {
  const auto alive = std::make_shared<int>(0);
  {
    Timeline timeline;
    const std::array<char, 4096> large{'x'};
    timeline.at(1,
                [alive, large, taken = std::make_unique<int>(1)] { *alive += large[0] == 'x' ? *taken : 0; });
    timeline.at(2, [alive] { ++*alive; });
    timeline.at(3, [alive, large] { ++*alive; });
    EXPECT_TRUE(timeline.step());
    EXPECT_EQ(*alive, 1);
    EXPECT_EQ(alive.use_count(), 3);
  }
  EXPECT_EQ(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1);
}

class SimNetworkTest : public testing::Test {
 protected:
  /// Sends messages 0, 1, ... one every `gap`, and lets everything happen.
  void send(int count, std::int64_t gap = kMs) {
    for (int i = 0; i < count; ++i) {
      timeline_.after(i * gap, [this, i] {
        sent_[i] = timeline_.now();
        network_.send(
            0, 1, true, [] { return std::size_t{1000}; },
            [this, i] {
              arrived_.push_back(i);
              delay_.push_back(timeline_.now() - sent_[i]);
            });
      });
    }
    while (timeline_.step()) {
    }
  }
  /// The same seed once more.
  struct Again {
    Timeline timeline;
    SimNetwork network{timeline, Chance(3), {"n1", "n2"}};
    std::vector<int> arrivals(int count) {
      std::vector<int> arrived;
      for (int i = 0; i < count; ++i)
        timeline.after(i * kMs, [this, i, &arrived] {
          network.send(
              0, 1, true, [] { return std::size_t{1000}; }, [i, &arrived] { arrived.push_back(i); });
        });
      while (timeline.step()) {
      }
      return arrived;
    }
  };
  nemesis::LinkCounters counters() { return network_.counters("n1", "n2"); }
  bool in_order() const { return std::is_sorted(arrived_.begin(), arrived_.end()); }

  Timeline timeline_;
  SimNetwork network_{timeline_, Chance(3), {"n1", "n2"}};
  std::map<int, std::int64_t> sent_;
  std::vector<int> arrived_;
  std::vector<std::int64_t> delay_;
};

TEST_F(SimNetworkTest, DeliversEverythingInOrderWithinAMillisecond) {
  send(1000, 1);
  EXPECT_EQ(arrived_.size(), 1000u);
  EXPECT_TRUE(in_order());
  EXPECT_LT(*std::max_element(delay_.begin(), delay_.end()), kMs);
}

TEST_F(SimNetworkTest, ABlockedLinkDeliversNothingAndCounts) {
  network_.block("n1", "n2");
  network_.block("n1", "n2");
  send(3);
  network_.unblock("n1", "n2");
  send(3);
  EXPECT_TRUE(arrived_.empty()) << "blocks are counted";
  EXPECT_EQ(counters().messages_dropped, 6u);
  EXPECT_EQ(counters().bytes_held, 6000u);
  network_.unblock("n1", "n2");
  send(3);
  EXPECT_EQ(arrived_, (std::vector<int>{0, 1, 2}));
}

TEST_F(SimNetworkTest, LosesAboutTheShareThatWasAskedFor) {
  LinkRule rule;
  rule.loss = 200'000;
  network_.impose("n1", "n2", rule);
  send(2000);
  EXPECT_EQ(counters().messages_dropped, 2000 - arrived_.size());
  EXPECT_GT(counters().messages_dropped, 300u);
  EXPECT_LT(counters().messages_dropped, 500u);
}

TEST_F(SimNetworkTest, AddsDelaysOfSeveralRulesAndKeepsTheOrderUnderJitter) {
  LinkRule delay, jitter;
  delay.delay = 20 * kMs;
  jitter.jitter = 30 * kMs;
  const auto handle = network_.impose("n1", "n2", delay);
  network_.impose("n1", "n2", jitter);
  send(200);
  EXPECT_TRUE(in_order());
  EXPECT_GE(*std::min_element(delay_.begin(), delay_.end()), 20 * kMs);
  EXPECT_GT(*std::max_element(delay_.begin(), delay_.end()), 40 * kMs);
  EXPECT_EQ(counters().messages_delayed, 400u);
  network_.lift(handle);
  delay_.clear();
  send(200, 50 * kMs);
  EXPECT_LT(*std::min_element(delay_.begin(), delay_.end()), 20 * kMs);
}

TEST_F(SimNetworkTest, LetsOthersOvertakeWhatIsReordered) {
  LinkRule rule;
  rule.reorder = 300'000;
  rule.reorder_by = 5 * kMs;
  network_.impose("n1", "n2", rule);
  send(100);
  EXPECT_EQ(arrived_.size(), 100u);
  EXPECT_FALSE(in_order());
  EXPECT_GT(counters().messages_reordered, 10u);
}

TEST_F(SimNetworkTest, RepeatsWhatIsDuplicatedAndDropsWhatIsCorrupted) {
  LinkRule rule;
  rule.duplicate = 500'000;
  network_.impose("n1", "n2", rule);
  send(100);
  EXPECT_EQ(arrived_.size(), 100 + counters().messages_duplicated);
  EXPECT_GT(counters().messages_duplicated, 20u);
  LinkRule corrupt;
  corrupt.corrupt = 1'000'000;
  network_.impose("n1", "n2", corrupt);
  arrived_.clear();
  send(10);
  EXPECT_TRUE(arrived_.empty());
  EXPECT_EQ(counters().messages_corrupted, 10u);
}

/// Runs settle no earlier: what was long on its way may still write.
TEST_F(SimNetworkTest, KnowsWhenTheLastOfItsMessagesWillHaveArrived) {
  LinkRule slow, overtaken;
  slow.delay = 500 * kMs;
  overtaken.reorder = 300'000;
  overtaken.reorder_by = 90 * kMs;
  overtaken.duplicate = 300'000;
  for (const LinkRule& rule : {slow, overtaken}) network_.impose("n1", "n2", rule);
  send(100);
  EXPECT_EQ(network_.last_arrival(), timeline_.now());
  EXPECT_GT(timeline_.now(), 500 * kMs);
}

TEST_F(SimNetworkTest, DrawsForEachRuleWhateverOtherRulesThereWere) {
  LinkRule lossy, other;
  lossy.loss = 500'000;
  other.delay = kMs;
  network_.impose("n1", "n2", lossy);
  send(100);
  SimNetworkTest::Again again;
  again.network.lift(again.network.impose("n2", "n1", other));
  again.network.impose("n1", "n2", lossy);
  EXPECT_EQ(again.arrivals(100), arrived_);
}

TEST_F(SimNetworkTest, ReleasesWhatItHeldIntoTheSilenceOfABlockedLink) {
  LinkRule rule;
  rule.hold = true;
  const auto handle = network_.impose("n1", "n2", rule);
  send(5);
  network_.block("n1", "n2");
  network_.lift(handle);
  network_.unblock("n1", "n2");
  send(0);
  EXPECT_TRUE(arrived_.empty());
  EXPECT_EQ(counters().messages_dropped, 5u);
}

TEST_F(SimNetworkTest, HoldsMessagesAndReleasesThemInOrder) {
  LinkRule rule;
  rule.hold = true;
  const auto handle = network_.impose("n1", "n2", rule);
  send(5);
  EXPECT_TRUE(arrived_.empty());
  EXPECT_EQ(counters().messages_held, 5u);
  network_.lift(handle);
  send(1);
  EXPECT_EQ(arrived_, (std::vector<int>{0, 1, 2, 3, 4, 0}));
}

TEST_F(SimNetworkTest, ANarrowLinkTakesItsTimeAndDropsWhatItCannotQueue) {
  LinkRule rule;
  rule.bytes_per_second = 100'000;  // 10 ms for each message
  network_.impose("n1", "n2", rule);
  send(50);
  EXPECT_EQ(arrived_.size(), 50u);
  EXPECT_GE(delay_.back(), 440 * kMs) << "50 messages in 50 ms, 500 ms of work";
  send(1000);
  EXPECT_GT(counters().messages_dropped, 0u) << "the queue holds 2 s";
}

TEST_F(SimNetworkTest, AFlappingLinkIsSilentInEverySecondInterval) {
  LinkRule rule;
  rule.flap = 10 * kMs;
  network_.impose("n1", "n2", rule);
  send(40);
  std::vector<int> expected;
  for (int i = 0; i < 40; ++i) {
    if (i / 10 % 2 == 1) expected.push_back(i);
  }
  EXPECT_EQ(arrived_, expected);
}

TEST_F(SimNetworkTest, AResetLosesWhatIsOnItsWayAndTellsBothEnds) {
  std::vector<std::pair<std::size_t, std::size_t>> told;
  network_.on_reset([&](std::size_t from, std::size_t to) { told.emplace_back(from, to); });
  LinkRule slow;
  slow.delay = 100 * kMs;
  network_.impose("n1", "n2", slow);
  timeline_.after(50 * kMs, [this] { network_.reset("n1", "n2"); });
  send(100);
  EXPECT_EQ(arrived_.size(), 50u) << "those sent after the reset";
  EXPECT_EQ(told, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {1, 0}}));
}

TEST_F(SimNetworkTest, WhatOneMessageMeetsDoesNotDependOnTheOthers) {
  LinkRule rule;
  rule.jitter = 3 * kMs;
  rule.loss = 100'000;
  network_.impose("n1", "n2", rule);
  send(100, 10 * kMs);
  const std::vector<int> all = arrived_;
  Timeline timeline;
  SimNetwork other(timeline, Chance(3), {"n1", "n2"});
  other.impose("n1", "n2", rule);
  std::vector<int> arrived;
  for (int i = 0; i < 100; i += 7) {
    timeline.at(i * 10 * kMs, [&other, &arrived, i] {
      other.send(
          0, 1, true, [] { return std::size_t{1000}; }, [&arrived, i] { arrived.push_back(i); });
    });
  }
  while (timeline.step()) {
  }
  for (int i = 0; i < 100; i += 7) {
    EXPECT_EQ(std::find(all.begin(), all.end(), i) != all.end(),
              std::find(arrived.begin(), arrived.end(), i) != arrived.end())
        << i;
  }
}

using Records = std::vector<std::pair<std::string, std::string>>;

TEST(SimDisk, LosesAtAPowerLossWhatWasNotSynced) {
  SimDisk disk;
  disk.write({{"a", "1"}, {"b", "1"}}, 0);
  disk.sync();
  disk.write({{"a", "2"}}, 1);
  disk.write({{"b", std::nullopt}, {"c", "1"}}, 2);
  EXPECT_EQ(disk.load(), (Records{{"a", "2"}, {"c", "1"}}));
  EXPECT_EQ(disk.unsynced(), 2u);
  EXPECT_EQ(disk.lose_unsynced(0).records, 3u);
  EXPECT_EQ(disk.load(), (Records{{"a", "1"}, {"b", "1"}}));
}

TEST(SimDisk, ATornLogKeepsItsBeginning) {
  SimDisk disk;
  for (int i = 0; i < 5; ++i) disk.write({{"k", std::to_string(i)}}, i);
  disk.lose_unsynced(2);
  EXPECT_EQ(disk.load(), (Records{{"k", "1"}}));
  disk.lose_unsynced(0);
  EXPECT_EQ(disk.load(), (Records{{"k", "1"}})) << "what survived a power loss is on the disk";
}

TEST(SimDisk, TheKernelWritesBackWhatIsOld) {
  SimDisk disk;
  disk.write({{"k", "old"}}, 0);
  disk.write({{"k", "new"}}, SimDisk::kWriteBack + 1);
  disk.lose_unsynced(0);
  EXPECT_EQ(disk.load(), (Records{{"k", "old"}}));
}

TEST(SimDisk, ATruncatedTailTakesSyncedWritesToo) {
  SimDisk disk;
  for (int i = 0; i < 5; ++i) disk.write({{"k" + std::to_string(i), "v"}}, i);
  disk.sync();
  EXPECT_EQ(disk.truncate(2).records, 2u);
  EXPECT_EQ(disk.load(), (Records{{"k0", "v"}, {"k1", "v"}, {"k2", "v"}}));
}

TEST(SimDisk, AFlippedBitIsDamageUntilTheDiskIsReplaced) {
  SimDisk disk;
  EXPECT_EQ(disk.flip_bit(123).records, 0u) << "nothing is there to be damaged";
  disk.write({{"k", "v"}}, 0);
  EXPECT_EQ(disk.flip_bit(123).records, 1u);
  EXPECT_TRUE(disk.damaged());
  EXPECT_NE(disk.load(), (Records{{"k", "v"}}));
  EXPECT_EQ(disk.wipe().records, 1u);
  EXPECT_FALSE(disk.damaged());
  EXPECT_TRUE(disk.load().empty());
}

TEST(SimDisk, IsSetAsideWholeWhenItIsDamagedAndThatIsKnownUntilSomethingIsWritten) {
  SimDisk disk;
  disk.write({{"a", "v"}, {"b", "v"}}, 0);
  EXPECT_FALSE(disk.set_aside_if_damaged());
  disk.flip_bit(0);
  EXPECT_TRUE(disk.set_aside_if_damaged());
  EXPECT_TRUE(disk.load().empty());
  EXPECT_TRUE(disk.set_aside_if_damaged()) << "the process died before it wrote anything";
  disk.write({{"a", "new"}}, 1);
  EXPECT_FALSE(disk.set_aside_if_damaged());
  EXPECT_EQ(disk.load(), (Records{{"a", "new"}}));
}

TEST(SimDisk, SyncsWhatWasWrittenWhenTheSyncBegan) {
  SimDisk disk;
  disk.write({{"a", "1"}}, 0);
  const auto then = disk.written();
  disk.write({{"b", "1"}}, 1);
  disk.sync(then);
  EXPECT_EQ(disk.lose_unsynced(0).records, 1u);
  EXPECT_EQ(disk.load(), (Records{{"a", "1"}}));
}

TEST(SimDisk, GoesBackToASnapshot) {
  SimDisk disk;
  disk.write({{"a", "1"}}, 0);
  const auto snapshot = disk.snapshot();
  disk.write({{"a", "2"}, {"b", "1"}}, 1);
  EXPECT_EQ(disk.restore(snapshot).records, 2u);
  EXPECT_EQ(disk.load(), (Records{{"a", "1"}}));
}

/// Against the obvious disk: a copy of everything at the last sync.
RC_GTEST_PROP(SimDisk, ShowsAllWritesAndAfterAPowerLossTheSyncedOnes, ()) {
  const int steps = *rc::gen::inRange(0, 60);
  SimDisk disk;
  std::map<std::string, std::string> shown, durable;
  for (int i = 0; i < steps; ++i) {
    const int what = *rc::gen::inRange(0, 10);
    if (what == 0) {
      disk.sync();
      durable = shown;
    } else if (what == 1) {
      disk.lose_unsynced(0);
      shown = durable;
    } else {
      store::Batch batch;
      const int size = *rc::gen::inRange(1, 4);
      for (int n = 0; n < size; ++n) {
        const std::string key(1, static_cast<char>('a' + *rc::gen::inRange(0, 4)));
        if (*rc::gen::arbitrary<bool>()) {
          batch.emplace_back(key, std::to_string(i * 10 + n));
          shown[key] = std::to_string(i * 10 + n);
        } else {
          batch.emplace_back(key, std::nullopt);
          shown.erase(key);
        }
      }
      disk.write(batch, i);
    }
    RC_ASSERT(disk.load() == Records(shown.begin(), shown.end()));
  }
}

}  // namespace
}  // namespace fracas::harness
