// Counting, and exact quantiles per slice of time.
#include "results/operations.h"

#include <algorithm>
#include <limits>

#include "results/quantile.h"

namespace fracas::results {

using checker::History;
using checker::Operation;
using checker::Outcome;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

/// Widths that read well on an axis; ever doubled beyond.
std::int64_t bucket_width(std::int64_t end_ns) {
  constexpr std::int64_t widths_ms[] = {100, 250, 500, 1000, 2500, 5000, 10'000, 30'000, 60'000};
  const auto fits = [&](std::int64_t width) {
    return end_ns / width < static_cast<std::int64_t>(kMaxBuckets);
  };
  for (const std::int64_t ms : widths_ms)
    if (fits(ms * kMillisecond)) return ms * kMillisecond;
  std::int64_t width = 120'000 * kMillisecond;
  while (!fits(width)) width *= 2;
  return width;
}

/// Saturates at 71 minutes.
std::uint32_t latency_us(const History& history, const Operation& operation) {
  const std::int64_t us = (history.completed_ns(operation) - history.invoked_ns(operation)) / 1000;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(us, 0, std::numeric_limits<std::uint32_t>::max()));
}

void count(Outcomes& outcomes, Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      ++outcomes.ok;
      return;
    case Outcome::fail:
      ++outcomes.fail;
      return;
    case Outcome::info:
    case Outcome::open:
      ++outcomes.info;
      return;
  }
}

std::optional<Latency> measure(std::vector<std::uint32_t>& latencies) {
  if (latencies.empty()) return std::nullopt;
  return Latency{.p50_us = quantile(latencies, 500),
                 .p99_us = quantile(latencies, 990),
                 .max_us = quantile(latencies, 1000)};
}

void sum_up_outcomes(OperationSummary& summary, const History& history) {
  std::map<std::string, std::uint64_t> errors;
  for (const Operation& operation : history.operations()) {
    count(summary.all, operation.outcome);
    count(summary.by_function[std::string(checker::to_string(operation.f))], operation.outcome);
    const std::string_view error = history.text(history.error(operation));
    if (error.empty()) continue;
    ++errors[std::string(error.substr(0, error.find(':')))];
  }
  summary.errors.assign(errors.begin(), errors.end());
  std::stable_sort(summary.errors.begin(), summary.errors.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (summary.errors.size() > kMaxErrors) summary.errors.resize(kMaxErrors);
}

double ok_per_second(const History& history) {
  std::uint64_t ok = 0;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
  for (const Operation& operation : history.operations()) {
    if (operation.final) continue;
    ok += operation.outcome == Outcome::ok;
    first = std::min(first, history.invoked_ns(operation));
    last = std::max(last, history.completed_ns(operation));
  }
  return last > first ? static_cast<double>(ok) * 1e9 / static_cast<double>(last - first) : 0;
}

void sum_up_over_time(OperationSummary& summary, const History& history, std::int64_t end_ns) {
  for (const Operation& operation : history.operations())
    end_ns = std::max(end_ns, history.completed_ns(operation));
  const std::int64_t width = bucket_width(end_ns);
  summary.bucket_seconds = static_cast<double>(width) / 1e9;
  summary.buckets.resize(static_cast<std::size_t>(end_ns / width) + 1);

  std::vector<std::vector<std::uint32_t>> latencies(summary.buckets.size());
  for (const Operation& operation : history.operations()) {
    if (operation.outcome == Outcome::open) continue;
    const auto slot =
        static_cast<std::size_t>(std::max<std::int64_t>(history.completed_ns(operation), 0) / width);
    count(summary.buckets[slot].outcomes, operation.outcome);
    if (operation.outcome == Outcome::ok) latencies[slot].push_back(latency_us(history, operation));
  }
  std::vector<std::uint32_t> all;
  all.reserve(summary.all.ok);
  for (std::size_t slot = 0; slot < latencies.size(); ++slot) {
    summary.buckets[slot].latency = measure(latencies[slot]);
    all.insert(all.end(), latencies[slot].begin(), latencies[slot].end());
  }
  summary.latency = measure(all);
}

}  // namespace

OperationSummary sum_up(const History& history, std::int64_t end_ns) {
  OperationSummary summary;
  sum_up_outcomes(summary, history);
  summary.per_second = ok_per_second(history);
  sum_up_over_time(summary, history, end_ns);
  return summary;
}

}  // namespace fracas::results
