// Sums over histories: outcomes, exact quantiles, slices of time.
#include "results/operations.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "results/quantile.h"
#include "tests/results/run_on_disk.h"

namespace fracas::results {
namespace {

using checker::Event;
using checker::EventType;
using checker::History;
using checker::HistoryBuilder;

/// Sequential writes: one per latency, `gap_ns` apart.
History sequential(const std::vector<std::uint32_t>& latencies_us, std::int64_t gap_ns) {
  HistoryBuilder builder;
  std::int64_t now = 0;
  Event event;
  event.f = checker::Function::write;
  event.key = "k";
  event.value = "1";
  for (const std::uint32_t latency : latencies_us) {
    now += gap_ns;
    event.type = EventType::invoke;
    event.time_ns = now;
    EXPECT_TRUE(builder.add(event));
    ++event.index;
    now += std::int64_t{latency} * 1000;
    event.type = EventType::ok;
    event.time_ns = now;
    EXPECT_TRUE(builder.add(event));
    ++event.index;
  }
  return std::move(builder).finish();
}

/// The smallest value that at least `permille` of all do not exceed, by counting.
std::uint32_t quantile_by_counting(std::vector<std::uint32_t> values, std::uint32_t permille) {
  std::sort(values.begin(), values.end());
  for (const std::uint32_t candidate : values) {
    const auto below = std::count_if(values.begin(), values.end(), [&](auto v) { return v <= candidate; });
    if (static_cast<std::size_t>(below) * 1000 >= values.size() * permille) return candidate;
  }
  return values.back();
}

RC_GTEST_PROP(Quantile, IsTheNearestRank, ()) {
  auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 50U)));
  const auto permille = *rc::gen::inRange(1U, 1001U);
  const std::uint32_t expected = quantile_by_counting(values, permille);
  RC_ASSERT(quantile(values, permille) == expected);
}

RC_GTEST_PROP(OperationSummary, SlicesAddUpToTheWhole, ()) {
  const auto latencies =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 400'000U)));
  const auto gap = *rc::gen::inRange<std::int64_t>(1, 2 * kSecond);
  const OperationSummary summary = sum_up(sequential(latencies, gap), 0);
  std::uint64_t ok = 0;
  std::uint32_t largest = 0;
  for (const Bucket& bucket : summary.buckets) {
    ok += bucket.outcomes.ok;
    if (bucket.latency) largest = std::max(largest, bucket.latency->max_us);
    RC_ASSERT(bucket.latency.has_value() == (bucket.outcomes.ok > 0));
  }
  RC_ASSERT(ok == latencies.size());
  RC_ASSERT(summary.buckets.size() <= kMaxBuckets);
  RC_ASSERT(summary.latency->max_us == largest);
  RC_ASSERT(summary.latency->p50_us == quantile_by_counting(latencies, 500));
  RC_ASSERT(summary.latency->p99_us == quantile_by_counting(latencies, 990));
}

TEST(OperationSummary, ARunOfManyHoursStillHasFewSlices) {
  const OperationSummary summary = sum_up(sequential({1000}, 1), 200'000 * kSecond);
  EXPECT_LE(summary.buckets.size(), kMaxBuckets);
  EXPECT_GE(summary.bucket_seconds * static_cast<double>(summary.buckets.size()), 200'000);
}

TEST(OperationSummary, AnOperationWithoutCompletionMayHaveHappened) {
  HistoryBuilder builder;
  Event event;
  event.f = checker::Function::write;
  event.key = "k";
  event.value = "1";
  ASSERT_TRUE(builder.add(event));
  const OperationSummary summary = sum_up(std::move(builder).finish(), kSecond);
  EXPECT_EQ(summary.all.info, 1U);
  EXPECT_FALSE(summary.latency);
}

}  // namespace
}  // namespace fracas::results
