#include "harness/promises/stamp_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "nemesis/kind.h"
#include "nemesis/parameters.h"

namespace fracas::harness {
namespace {

using nemesis::FaultSpec;
using nemesis::Range;

constexpr Range kAnyDuration{.low = -3650LL * 24 * 3'600'000'000'000,
                             .high = 3650LL * 24 * 3'600'000'000'000};
constexpr Range kAnyRate{.low = 0, .high = 100'000'000};
constexpr std::int64_t kMillion = 1'000'000;

std::int64_t larger_end(const Range& range) { return std::max(std::abs(range.low), std::abs(range.high)); }

/// The longest that one of its faults lasts.
Nanoseconds longest(const FaultSpec& spec, const nemesis::Kind& kind) {
  return spec.lasts != 0 ? spec.lasts : kind.default_duration / 2 * 3;
}

/// By one fault of the entry.
std::optional<Nanoseconds> skew_of(const FaultSpec& spec, const nemesis::Kind& kind) {
  if (spec.kind == "clock.freeze") return longest(spec, kind);
  if (spec.kind == "clock.drift") {
    const auto rate = nemesis::read_ratios(spec.parameters, "rate", kAnyRate, kAnyRate);
    if (!rate) return std::nullopt;
    const std::int64_t deviation = larger_end({rate->low - kMillion, rate->high - kMillion});
    return longest(spec, kind) / kMillion * deviation;
  }
  const auto by = nemesis::read_durations(spec.parameters, "by", kAnyDuration, kAnyDuration);
  return by ? std::optional(larger_end(*by)) : std::nullopt;
}

/// Its faults follow one another on every node: none begins before the one before has ended. (Gaps are at
/// least half of `every`.)
bool one_at_a_time(const FaultSpec& spec, const nemesis::Kind& kind) {
  return spec.every == 0 || longest(spec, kind) < spec.every / 2;
}

StampOrder kept(std::string why) { return {true, std::move(why)}; }
StampOrder broken(std::string why) { return {false, std::move(why)}; }

StampOrder of_wall_clocks(bool distorted) {
  if (distorted) return broken("a distorted wall clock gives a later write a lower stamp");
  return kept("undistorted clocks of one machine stamp a later write higher");
}

StampOrder of_clients(const ClientBehaviour& clients) {
  if (clients.clock_skew != 0)
    return broken(fmt::format("the clients' own clocks differ by up to {}, and the stamps are theirs",
                              nemesis::format_duration(std::abs(clients.clock_skew))));
  return kept("stamps are those of the clients' clocks, which are right whatever the nodes' are");
}

StampOrder of_hybrid_clocks(bool distorted) {
  if (distorted)
    return broken(
        "a hybrid logical clock keeps the order of what has heard of each other; two clients that meet "
        "nowhere "
        "but in real time are at the mercy of wall clocks");
  return kept("hybrid logical clocks of one machine, undistorted, stamp a later write higher");
}

StampOrder of_queries(const store::Config& store) {
  const std::string sum = fmt::format("r + w = {} + {}", store.r, store.w);
  if (store.placement == store::Placement::sloppy)
    return broken(
        "placement = sloppy: those that are asked for their stamps may have missed a write that stand-ins "
        "took");
  if (store.r + store.w <= store.n)
    return broken(fmt::format(
        "{} <= n = {}: the homes that are asked for their stamps may have missed a write", sum, store.n));
  return kept(
      fmt::format("every write is stamped above what r = {} homes have, which meet every acknowledged "
                  "write, and no clock is asked",
                  store.r));
}

StampOrder of_truetime(const store::Config& store, bool distorted, std::optional<Nanoseconds> skew) {
  const std::string error = nemesis::format_duration(store.clock_error_ns);
  if (!distorted) return kept("a write waits until its stamp is certainly in the past");
  if (skew && *skew <= store.clock_error_ns)
    return kept(
        fmt::format("clocks are off by at most {}, which clock_error = {} covers: a write waits until its "
                    "stamp is certainly in the past",
                    nemesis::format_duration(*skew), error));
  return broken(
      fmt::format("clocks may be off by more than clock_error = {}, and the commit wait is too short "
                  "then",
                  error));
}

}  // namespace

std::optional<Nanoseconds> largest_skew(const Experiment& e, const std::set<std::string>& kinds) {
  Nanoseconds sum = 0;
  std::set<std::string> explained;
  for (const FaultSpec& spec : e.faults) {
    const nemesis::Kind* kind = nemesis::find_kind(spec.kind);
    if (kind == nullptr || nemesis::class_of(spec.kind) != "clock" || !kinds.contains(spec.kind)) continue;
    const auto skew = skew_of(spec, *kind);
    if (!skew || !one_at_a_time(spec, *kind)) return std::nullopt;
    explained.insert(spec.kind);
    sum += *skew;
  }
  const bool all = std::all_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
    return nemesis::class_of(kind) != "clock" || explained.contains(kind);
  });
  return all ? std::optional(sum) : std::nullopt;
}

StampOrder stamp_order(const Experiment& e, const std::set<std::string>& kinds) {
  const bool distorted = std::any_of(
      kinds.begin(), kinds.end(), [](const std::string& kind) { return nemesis::class_of(kind) == "clock"; });
  switch (e.store.stamp) {
    case store::StampSource::wall:
      return of_wall_clocks(distorted);
    case store::StampSource::client:
      return of_clients(e.clients);
    case store::StampSource::hlc:
      return of_hybrid_clocks(distorted);
    case store::StampSource::query:
      return of_queries(e.store);
    case store::StampSource::truetime:
      return of_truetime(e.store, distorted, largest_skew(e, kinds));
  }
  return broken("no promise is written down for this source of stamps");
}

}  // namespace fracas::harness
