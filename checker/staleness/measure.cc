#include "checker/staleness/measure.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "checker/staleness/delta.h"
#include "checker/staleness/lag.h"
#include "checker/staleness/trace.h"
#include "checker/staleness/two_atomic.h"
#include "checker/staleness/zones.h"

namespace fracas::checker::staleness {
namespace {

/// Steps for an operation of a key, and for a key at least: far more than any history of few concurrent
/// writes needs.
constexpr std::uint64_t kStepsPerOperation = 256;
constexpr std::uint64_t kStepsPerKey = 1'000'000;

std::uint64_t most_steps(const Trace& trace) {
  return std::max(kStepsPerKey, kStepsPerOperation * trace.events.size());
}

std::uint64_t versions_behind(const Trace& trace, Ended ended) {
  std::uint64_t most = 0;
  LagSweep(trace, ended).run([&](const Lag& lag) { most = std::max<std::uint64_t>(most, lag.versions); });
  return most;
}

Atomicity atomicity_of(const Trace& trace) {
  Atomicity found;
  const Zones zones = look_at_zones(trace);
  if (zones.atomic) return found;
  found.k_at_most = zones.enough;
  found.k_at_least = std::max<std::uint64_t>(2, 1 + versions_behind(trace, Ended::seen));
  if (found.k_at_least == 2 && found.k_at_most > 2) {
    const TwoAtomic two = is_two_atomic(trace, most_steps(trace));
    if (two == TwoAtomic::yes) found.k_at_most = 2;
    if (two == TwoAtomic::no) found.k_at_least = 3;
  }
  const Delta delta = smallest_delta(trace, most_steps(trace));
  found.delta_at_least_ns = delta.at_least_ns;
  found.delta_at_most_ns = delta.at_most_ns;
  return found;
}

/// Some reads do not tell which operation left the key absent. Without them the history asks for no more than
/// it did; with any choice for each, it asks for no less.
Atomicity atomicity_of_unclear(Tracer& tracer, const KeyCase& key, const Trace& favourable) {
  const std::uint64_t proven = 1 + versions_behind(favourable, Ended::acknowledged);
  const Atomicity best = atomicity_of(favourable);
  const Atomicity likely = atomicity_of(tracer.trace(key, Tracer::Unclear::likely));
  Atomicity found = atomicity_of(tracer.trace(key, Tracer::Unclear::left_out));
  found.k_at_least = std::max(found.k_at_least, proven);
  found.k_at_most = std::min(likely.k_at_most, best.k_at_most);
  found.delta_at_most_ns = std::min(likely.delta_at_most_ns, best.delta_at_most_ns);
  return found;
}

std::optional<Atomicity> atomicity_of(Tracer& tracer, const KeyCase& key, const Trace& favourable) {
  if (favourable.siblings || favourable.repeated || favourable.reads.empty()) return std::nullopt;
  return favourable.ambiguous ? atomicity_of_unclear(tracer, key, favourable) : atomicity_of(favourable);
}

double milliseconds_between(const Trace& trace, const Lag& lag) {
  const std::int64_t ns = trace.ns(trace.reads[lag.read].began) - trace.ns(trace.writes[lag.last].ended);
  return static_cast<double>(ns) / 1e6;
}

class Meter {
 public:
  explicit Meter(Measurement& all) : all_(all) {
    for (const double bound : kVisibilityBounds_ms) all_.visibility.push_back({.from_ms = bound});
  }

  void add(const Trace& trace) {
    all_.reads += trace.reads.size();
    LagSweep(trace, Ended::acknowledged).run([&](const Lag& lag) {
      if (lag.versions > 0) add_stale(trace, lag);
      if (lag.last == 0) return;
      VisibilityGroup& group =
          group_of(trace.ns(trace.reads[lag.read].began) - trace.ns(trace.writes[lag.last].ended));
      ++group.reads;
      group.seen += lag.versions == 0;
    });
  }

  void finish() {
    all_.versions.push_back({.at_most = 0, .reads = all_.reads - all_.stale_reads});
    for (std::size_t power = 0; power < by_power_.size(); ++power)
      all_.versions.push_back({.at_most = std::uint64_t{1} << power, .reads = by_power_[power]});
  }

 private:
  void add_stale(const Trace& trace, const Lag& lag) {
    ++all_.stale_reads;
    const std::int64_t ns = trace.ns(trace.reads[lag.read].began) - trace.ns(trace.writes[lag.first].ended);
    all_.ages_us.push_back(static_cast<std::uint32_t>(
        std::min<std::int64_t>(ns / 1000, std::numeric_limits<std::uint32_t>::max())));
    all_.max_versions = std::max<std::uint64_t>(all_.max_versions, lag.versions);
    const auto power = static_cast<std::size_t>(std::bit_width(lag.versions - 1));
    if (by_power_.size() <= power) by_power_.resize(power + 1);
    ++by_power_[power];
  }

  VisibilityGroup& group_of(std::int64_t ns) {
    std::size_t group = 0;
    while (group + 1 < kBounds_ns.size() && kBounds_ns[group + 1] <= ns) ++group;
    return all_.visibility[group];
  }

  static constexpr auto kBounds_ns = [] {
    std::array<std::int64_t, kVisibilityBounds_ms.size()> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i)
      bounds[i] = static_cast<std::int64_t>(kVisibilityBounds_ms[i] * 1e6);
    return bounds;
  }();

  Measurement& all_;
  std::vector<std::uint64_t> by_power_;  ///< reads more than 2^(i-1), at most 2^i versions behind
};

void widen(Atomicity& all, const Atomicity& key) {
  all.k_at_least = std::max(all.k_at_least, key.k_at_least);
  all.k_at_most = std::max(all.k_at_most, key.k_at_most);
  all.delta_at_least_ns = std::max(all.delta_at_least_ns, key.delta_at_least_ns);
  all.delta_at_most_ns = std::max(all.delta_at_most_ns, key.delta_at_most_ns);
}

}  // namespace

std::optional<Atomicity> atomicity(Tracer& tracer, const KeyCase& key) {
  return atomicity_of(tracer, key, tracer.trace(key, Tracer::Unclear::favourable));
}

Measurement measure(const Case& whole) {
  Measurement all;
  Meter meter(all);
  Tracer tracer(whole);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind != KeyKind::reg) continue;
    const Trace& trace = tracer.trace(key, Tracer::Unclear::favourable);
    if (trace.reads.empty() && !trace.repeated) continue;
    meter.add(trace);
    const std::optional<Atomicity> found = atomicity_of(tracer, key, trace);
    if (!found) {
      ++all.keys_left_out;
      continue;
    }
    ++all.keys;
    widen(all.all, *found);
    if (found->k_at_most > 1) all.not_atomic.push_back({key.key, *found});
  }
  meter.finish();
  return all;
}

std::vector<ReadAfterWrite> reads_after_writes(const Case& whole) {
  std::vector<ReadAfterWrite> reads;
  Tracer tracer(whole);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind != KeyKind::reg) continue;
    const Trace& trace = tracer.trace(key, Tracer::Unclear::favourable);
    LagSweep(trace, Ended::acknowledged).run([&](const Lag& lag) {
      if (lag.last != 0) reads.push_back({milliseconds_between(trace, lag), lag.versions == 0});
    });
  }
  return reads;
}

}  // namespace fracas::checker::staleness
