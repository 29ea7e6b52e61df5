// Staleness of register reads: cases that define it, and a comparison with the definition taken word by word.
#include "results/staleness.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/results/run_on_disk.h"

namespace fracas::results {
namespace {

using checker::Event;
using checker::EventType;
using checker::Function;
using checker::History;
using checker::HistoryBuilder;
using checker::kNever;
using checker::Operation;
using checker::Outcome;

constexpr Function kRead = Function::read;
constexpr Function kWrite = Function::write;
constexpr Function kDelete = Function::remove_key;

/// Events of one key, a microsecond apart; a process is free again after its completion.
class Story {
 public:
  Story& invoke(int process, Function f, const std::string& value = "null") {
    open_[process] = {f, value};
    return event(process, EventType::invoke, f, f == kRead ? "null" : value);
  }
  Story& complete(int process, EventType type, const std::string& read = "null") {
    const auto& [f, value] = open_.at(process);
    return event(process, type, f, f == kRead ? read : value);
  }
  /// Alone, from begin to end.
  Story& whole(Function f, const std::string& value) {
    return invoke(9, f, value).complete(9, EventType::ok, value);
  }
  History finish() { return std::move(builder_).finish(); }

 private:
  Story& event(int process, EventType type, Function f, const std::string& value) {
    Event e;
    e.index = index_++;
    e.time_ns = static_cast<std::int64_t>(e.index) * 1000;
    e.process = e.session = process;
    e.type = type;
    e.f = f;
    e.key = "k";
    e.value = value;
    const auto added = builder_.add(e);
    EXPECT_TRUE(added) << added.error();
    return *this;
  }
  HistoryBuilder builder_;
  std::uint64_t index_ = 0;
  std::map<int, std::pair<Function, std::string>> open_;
};

TEST(Staleness, AReadOfASupersededValueIsStale) {
  Story story;
  story.whole(kWrite, "1").whole(kWrite, "2").whole(kWrite, "3").whole(kRead, "1");
  const Staleness staleness = measure_staleness(story.finish(), true);
  EXPECT_EQ(staleness.reads, 1U);
  EXPECT_EQ(staleness.stale_reads, 1U);
  EXPECT_EQ(staleness.max_versions, 2U);
  EXPECT_EQ(staleness.p99_us, 3U);  // the write of 2 ended at event 3, the read began at event 6
}

TEST(Staleness, ConcurrentWritesDoNotSupersedeEachOther) {
  Story story;
  story.invoke(1, kWrite, "1").invoke(2, kWrite, "2").complete(1, EventType::ok).complete(2, EventType::ok);
  story.whole(kRead, "1").whole(kRead, "2");
  EXPECT_EQ(measure_staleness(story.finish(), false).stale_reads, 0U);
}

TEST(Staleness, AWriteThatMayHaveHappenedLaterIsNeverStale) {
  Story story;
  story.invoke(1, kWrite, "1").complete(1, EventType::info).whole(kWrite, "2").whole(kRead, "1");
  EXPECT_EQ(measure_staleness(story.finish(), false).stale_reads, 0U);
}

TEST(Staleness, AnUnacknowledgedWriteSupersedesNothing) {
  Story story;
  story.whole(kWrite, "1").invoke(1, kWrite, "2").complete(1, EventType::info).whole(kRead, "1");
  EXPECT_EQ(measure_staleness(story.finish(), false).stale_reads, 0U);
}

TEST(Staleness, AbsenceIsStaleAfterAWriteAndNotAfterADelete) {
  Story story;
  story.whole(kRead, "null")
      .whole(kWrite, "1")
      .whole(kRead, "null")
      .whole(kDelete, "null")
      .whole(kRead, "null");
  const Staleness staleness = measure_staleness(story.finish(), true);
  EXPECT_EQ(staleness.reads, 3U);
  EXPECT_EQ(staleness.stale_reads, 1U);
}

TEST(Staleness, AValueOutlivesABlindDeleteAmongSiblings) {
  Story story;
  story.whole(kWrite, "1").whole(kDelete, "null").whole(kRead, "1");
  const History history = story.finish();
  EXPECT_EQ(measure_staleness(history, true).stale_reads, 0U);
  EXPECT_EQ(measure_staleness(history, false).stale_reads, 1U);
}

TEST(Staleness, OneFreshSiblingIsEnough) {
  Story story;
  story.whole(kWrite, "1").whole(kWrite, "2").whole(kRead, "[1,2]").whole(kRead, "[1]");
  const Staleness staleness = measure_staleness(story.finish(), true);
  EXPECT_EQ(staleness.reads, 2U);
  EXPECT_EQ(staleness.stale_reads, 1U);
}

TEST(Staleness, ValuesOfSeveralWritesAndOfNoneAreNotMeasured) {
  Story story;
  story.whole(kWrite, "1").whole(kWrite, "1").whole(kRead, "1").whole(kRead, "7");
  EXPECT_EQ(measure_staleness(story.finish(), true).reads, 0U);
}

TEST(Visibility, IsOfTheLastWriteThatWasAcknowledgedBeforeTheRead) {
  Story story;
  story.whole(kRead, "null").whole(kWrite, "1").whole(kWrite, "2").whole(kRead, "1").whole(kRead, "2");
  const auto reads = measure_visibility(story.finish(), false);
  ASSERT_EQ(reads.size(), 2U) << "the first came after no write";
  EXPECT_FALSE(reads[0].seen);
  EXPECT_DOUBLE_EQ(reads[0].ms, 0.001);
  EXPECT_TRUE(reads[1].seen);
  EXPECT_DOUBLE_EQ(reads[1].ms, 0.003);
}

TEST(Visibility, IsNotMissedByAReadOfSomethingNewer) {
  Story story;
  story.whole(kWrite, "1").invoke(1, kWrite, "2").whole(kRead, "2").complete(1, EventType::info);
  const auto reads = measure_visibility(story.finish(), false);
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_TRUE(reads[0].seen);
}

/// Four processes, values unique, reads of anything that was ever written. Drawn from a seed, because
/// RapidCheck's own sizes begin too small for deletes, open operations and reads to meet.
History random_history(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  Story story;
  std::map<int, Function> open;
  std::set<int> retired;
  int written = 0;
  for (int i = 0; i < 40; ++i) {
    const int process = below(6);
    if (retired.count(process) != 0) continue;
    if (open.count(process) == 0) {
      const Function f = std::array{kRead, kRead, kWrite, kDelete}[static_cast<std::size_t>(below(4))];
      story.invoke(process, f, f == kWrite ? std::to_string(++written) : "null");
      open[process] = f;
      continue;
    }
    const bool read = open[process] == kRead;
    const int luck = below(12);
    const EventType type = read || luck > 1 ? EventType::ok : luck == 1 ? EventType::fail : EventType::info;
    const int value = read ? below(written + 1) : 0;
    story.complete(process, type, value == 0 ? "null" : std::to_string(value));
    if (type == EventType::info) retired.insert(process);
    open.erase(process);
  }
  return story.finish();
}

std::uint64_t stale_by_definition(const History& history) {
  std::uint64_t stale = 0;
  const auto writes = [](const Operation& o) { return o.f != kRead && o.outcome != Outcome::fail; };
  for (const Operation& read : history.operations()) {
    if (read.f != kRead || read.outcome != Outcome::ok) continue;
    const bool absent = history.text(read.value) == "null";
    const auto superseded_after = [&](std::int64_t ended) {
      for (const Operation& b : history.operations())
        if (writes(b) && b.outcome == Outcome::ok && b.invoked > ended && b.completed < read.invoked)
          return true;
      return false;
    };
    bool measured = absent;
    bool fresh = absent && !superseded_after(-1);
    for (const Operation& a : history.operations()) {
      if (!writes(a) || a.invoked > read.completed) continue;
      if (absent ? a.f != kDelete : a.f != kWrite || history.text(a.value) != history.text(read.value))
        continue;
      measured = true;
      fresh = fresh || a.completed == kNever || !superseded_after(a.completed);
    }
    stale += measured && !fresh;
  }
  return stale;
}

RC_GTEST_PROP(Staleness, IsTheDefinitionTakenWordByWord, (std::uint64_t seed)) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const History history = random_history(seed + i);
    RC_ASSERT(measure_staleness(history, false).stale_reads == stale_by_definition(history));
  }
}

RC_GTEST_PROP(Staleness, WithSiblingsNeverCountsMore, (std::uint64_t seed)) {
  const History history = random_history(seed);
  RC_ASSERT(measure_staleness(history, true).stale_reads <= measure_staleness(history, false).stale_reads);
}

}  // namespace
}  // namespace fracas::results
