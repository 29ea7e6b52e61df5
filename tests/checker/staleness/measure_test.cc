// Staleness: stories that say what it means, and comparisons with the definitions, enumerated.
#include "checker/staleness/measure.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "checker/staleness/lag.h"
#include "checker/staleness/trace.h"
#include "tests/checker/staleness/registers.h"
#include "tests/checker/story.h"

namespace fracas::checker::staleness {
namespace {

Measurement measured(const History& history, std::string conflict = "lww") {
  Evidence evidence;
  evidence.conflict = std::move(conflict);
  return measure(Case(history, evidence));
}

Measurement measured(Story& story, std::string conflict = "lww") {
  return measured(story.history(), std::move(conflict));
}

constexpr std::int64_t kSecond = 1'000'000'000;  // between two events of a story

TEST(Staleness, AReadOfASupersededValueIsStale) {
  Story story;
  story.wrote(1, "1").wrote(1, "2").wrote(1, "3").found(1, "1");
  const Measurement m = measured(story);
  EXPECT_EQ(m.reads, 1U);
  EXPECT_EQ(m.stale_reads, 1U);
  EXPECT_EQ(m.max_versions, 2U);
  ASSERT_EQ(m.ages_us.size(), 1U);
  EXPECT_EQ(m.ages_us[0], 3'000'000U) << "the write of 2 ended at 3 s, the read began at 6 s";
  EXPECT_EQ(m.all.k_at_least, 3U);
  EXPECT_EQ(m.all.k_at_most, 3U);
  EXPECT_EQ(m.all.delta_at_most_ns, 3 * kSecond);
  EXPECT_TRUE(m.all.delta_exact());
}

TEST(Staleness, ConcurrentWritesDoNotSupersedeEachOther) {
  Story story;
  story.write(1, "1").write(2, "2").ok(1).ok(2).found(3, "1");
  const Measurement m = measured(story);
  EXPECT_EQ(m.stale_reads, 0U);
  EXPECT_EQ(m.all.k_at_most, 1U);
}

TEST(Staleness, ReadsThatNoOrderExplainsNeedTwoVersions) {
  Story story;
  story.write(1, "1").write(2, "2").ok(1).ok(2).found(3, "1").found(3, "2").found(3, "1");
  const Measurement m = measured(story);
  EXPECT_EQ(m.stale_reads, 0U) << "each by itself is regular";
  EXPECT_EQ(m.all.k_at_least, 2U);
  EXPECT_EQ(m.all.k_at_most, 2U);
  EXPECT_EQ(m.all.delta_at_most_ns, 4 * kSecond) << "the read of 2 is moved to the end of the write of 1";
}

TEST(Staleness, AWriteThatMayHaveHappenedLaterIsNeverStale) {
  Story story;
  story.write(1, "1").info(1).wrote(2, "2").found(3, "1");
  const Measurement m = measured(story);
  EXPECT_EQ(m.stale_reads, 0U);
  EXPECT_EQ(m.all.k_at_most, 1U);
}

TEST(Staleness, AnUnacknowledgedWriteSupersedesNothing) {
  Story story;
  story.wrote(1, "1").write(2, "2").info(2).found(3, "1");
  EXPECT_EQ(measured(story).all.k_at_most, 1U);
}

TEST(Staleness, AFailedWriteIsNoVersionAndAReadOfItIsNotMeasured) {
  Story story;
  story.wrote(1, "1").write(2, "2").fail(2).found(3, "1").found(3, "2").found(3, "7");
  const Measurement m = measured(story);
  EXPECT_EQ(m.reads, 1U);
  EXPECT_EQ(m.all.k_at_most, 1U);
}

TEST(Staleness, AbsenceIsStaleAfterAWriteAndNotAfterADelete) {
  Story story;
  story.found(1, "null").wrote(1, "1").found(1, "null").remove(1).ok(1).found(1, "null");
  const Measurement m = measured(story);
  EXPECT_EQ(m.reads, 3U);
  EXPECT_EQ(m.stale_reads, 1U);
}

TEST(Staleness, AValueOutlivesABlindDeleteAmongSiblings) {
  const auto story = [] {
    Story s;
    s.wrote(1, "1").remove(1).ok(1).found(1, "1");
    return s.history();
  };
  const Measurement with_siblings = measured(story(), "siblings");
  EXPECT_EQ(with_siblings.stale_reads, 0U);
  EXPECT_EQ(with_siblings.keys_left_out, 1U);
  EXPECT_EQ(measured(story()).stale_reads, 1U);
}

TEST(Staleness, OneFreshSiblingIsEnough) {
  Story story;
  story.wrote(1, "1").wrote(1, "2").found(1, "[1,2]").found(1, "[1]");
  const Measurement m = measured(story, "siblings");
  EXPECT_EQ(m.reads, 2U);
  EXPECT_EQ(m.stale_reads, 1U);
  EXPECT_EQ(m.keys_left_out, 1U);
}

TEST(Staleness, ValuesOfSeveralWritesAndOfNoneAreNotMeasured) {
  Story story;
  story.wrote(1, "1").wrote(1, "1").found(1, "1").found(1, "7");
  const Measurement m = measured(story);
  EXPECT_EQ(m.reads, 0U);
  EXPECT_EQ(m.keys, 0U);
  EXPECT_EQ(m.keys_left_out, 1U);
}

TEST(Staleness, EachKeyIsOneAndTheWorstDecides) {
  Story story;
  story.write(1, "1", "", "a").ok(1).write(1, "1", "", "b").ok(1).write(1, "2", "", "b").ok(1);
  for (const auto& [key, value] : {std::pair{"a", "1"}, std::pair{"b", "1"}})
    story.call({.session = 1, .f = Function::read, .key = key}).ok(1, value);
  const History history = story.history();
  const Measurement m = measured(history);
  EXPECT_EQ(m.keys, 2U);
  EXPECT_EQ(m.all.k_at_least, 2U);
  ASSERT_EQ(m.not_atomic.size(), 1U);
  EXPECT_EQ(history.text(m.not_atomic[0].key), "b");
}

TEST(Staleness, VersionsAreGroupedByPowersOfTwo) {
  Story story;
  for (int i = 1; i <= 7; ++i) story.wrote(1, std::to_string(i));
  story.found(1, "7").found(1, "6").found(1, "4").found(1, "1");
  const Measurement m = measured(story);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> groups;
  for (const VersionsGroup& group : m.versions) groups.emplace_back(group.at_most, group.reads);
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {
      {0, 1}, {1, 1}, {2, 0}, {4, 1}, {8, 1}};
  EXPECT_EQ(groups, expected);
}

TEST(Visibility, IsOfTheLastWriteThatWasAcknowledgedBeforeTheRead) {
  Story story;
  story.found(1, "null").wrote(1, "1").wrote(1, "2").found(1, "1").found(1, "2");
  const History history = story.history();
  const Evidence none;
  const auto reads = reads_after_writes(Case(history, none));
  ASSERT_EQ(reads.size(), 2U) << "the first came after no write";
  EXPECT_FALSE(reads[0].seen);
  EXPECT_DOUBLE_EQ(reads[0].ms, 1000);
  EXPECT_TRUE(reads[1].seen);
  EXPECT_DOUBLE_EQ(reads[1].ms, 3000);
  const Measurement m = measured(history);
  EXPECT_EQ(m.visibility.back().from_ms, 1000);
  EXPECT_EQ(m.visibility.back().reads, 2U);
  EXPECT_EQ(m.visibility.back().seen, 1U);
}

TEST(Visibility, IsNotMissedByAReadOfSomethingNewer) {
  Story story;
  story.wrote(1, "1").write(2, "2").found(1, "2").info(2);
  const History history = story.history();
  const Evidence none;
  const auto reads = reads_after_writes(Case(history, none));
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_TRUE(reads[0].seen);
}

// Comparisons with the definitions. FRACAS_CASES says how many (.ci/nightly: a million).

std::uint64_t cases() {
  const char* wanted = std::getenv("FRACAS_CASES");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

RegisterOptions options(std::uint64_t seed) {
  RegisterOptions options{.seed = seed};
  options.operations = 3 + static_cast<int>(seed % 6);
  options.processes = 2 + static_cast<int>(seed / 7 % 4);
  options.stale = seed % 3 == 0 ? 100 : 40;
  return options;
}

TEST(StalenessOracle, KAndDeltaAreTheSmallest) {
  std::uint64_t not_atomic = 0;
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    const History history = random_register(options(seed));
    const Measurement m = measured(history);
    if (m.keys == 0) continue;
    const std::uint64_t k = definitions::smallest_k(history);
    ASSERT_LE(m.all.k_at_least, k) << "seed " << seed;
    ASSERT_GE(m.all.k_at_most, k) << "seed " << seed;
    ASSERT_TRUE(m.all.k_exact() || m.all.k_at_least > 2) << "seed " << seed;
    ASSERT_EQ(m.all.delta_at_least_ns, definitions::smallest_delta_ns(history)) << "seed " << seed;
    ASSERT_TRUE(m.all.delta_exact()) << "seed " << seed;
    not_atomic += k > 1;
  }
  EXPECT_GT(not_atomic, cases() / 10);
}

TEST(StalenessOracle, BetweenTheBoundsWhereDeletesLeaveAChoice) {
  std::uint64_t exact = 0;
  std::uint64_t all = 0;
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    RegisterOptions drawn = options(seed);
    drawn.deletes = 50;
    const History history = random_register(drawn);
    const Measurement m = measured(history);
    if (m.keys == 0) continue;
    const std::uint64_t k = definitions::smallest_k(history);
    ASSERT_LE(m.all.k_at_least, k) << "seed " << seed;
    ASSERT_GE(m.all.k_at_most, k) << "seed " << seed;
    const std::int64_t delta_ns = definitions::smallest_delta_ns(history);
    ASSERT_LE(m.all.delta_at_least_ns, delta_ns) << "seed " << seed;
    ASSERT_GE(m.all.delta_at_most_ns, delta_ns) << "seed " << seed;
    exact += m.all.k_exact();
    ++all;
  }
  EXPECT_GT(exact, all * 9 / 10) << "of " << all;
}

TEST(StalenessOracle, EachReadIsAsStaleAsTheDefinitionSays) {
  const Evidence none;
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    RegisterOptions drawn = options(seed);
    drawn.operations = 14;
    drawn.deletes = seed % 2 == 0 ? 0 : 30;
    const History history = random_register(drawn);
    const Case whole(history, none);
    Tracer tracer(whole);
    const Trace& trace = tracer.trace(whole.keys()[0], Tracer::Unclear::favourable);
    std::vector<definitions::StaleRead> expected = definitions::stale_reads(history);
    std::size_t next = 0;
    LagSweep(trace, Ended::acknowledged).run([&](const Lag& lag) {
      if (lag.versions == 0) return;
      ASSERT_LT(next, expected.size()) << "seed " << seed;
      EXPECT_EQ(lag.versions, expected[next].versions) << "seed " << seed;
      EXPECT_EQ(trace.ns(trace.reads[lag.read].began) - trace.ns(trace.writes[lag.first].ended),
                expected[next].age_ns)
          << "seed " << seed;
      ++next;
    });
    ASSERT_EQ(next, expected.size()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fracas::checker::staleness
