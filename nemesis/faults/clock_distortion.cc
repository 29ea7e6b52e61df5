#include "nemesis/faults/clock_distortion.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Nanoseconds kSmallestSkew = 10'000'000;
constexpr Nanoseconds kLargestSkew = 300'000'000'000;
constexpr Nanoseconds kTenYears = 3650LL * 24 * 3'600'000'000'000;
constexpr Range kLimits{.low = -kTenYears, .high = kTenYears};

/// The latest readings: those of the shortest window back from now that holds any.
ObservedSkew latest(const Clocks& clocks, const std::string& node, Nanoseconds now) {
  for (Nanoseconds window = 50'000'000; window < now; window *= 2) {
    const ObservedSkew found = clocks.observed(node, now - window);
    if (found.samples > 0) return found;
  }
  return clocks.observed(node, 0);
}

double milliseconds(Nanoseconds duration) { return static_cast<double>(duration / 1000) / 1000; }

/// How far the clock certainly went in the direction that was asked for. Without readings from before, the
/// node's clock is taken to have been right.
Nanoseconds moved(const ObservedSkew& before, const ObservedSkew& during, Nanoseconds asked) {
  const Nanoseconds read = asked >= 0 ? during.max - before.max : before.min - during.min;
  return read - before.uncertainty - during.uncertainty;
}

}  // namespace

FaultResult<Nanoseconds> draw_by(const FaultSpec& spec, Random& random) {
  const auto by =
      read_durations(spec.parameters, "by", {.low = -kLargestSkew, .high = kLargestSkew}, kLimits);
  if (!by) return by.error();
  const Nanoseconds amount = draw_amount(random, *by, kSmallestSkew);
  if (amount == 0) return FaultError{.field = "by", .message = "a skew of 0s does nothing"};
  return amount;
}

Nanoseconds by_of(const Fault& fault) {
  const auto by = read_durations(fault.parameters, "by", {.low = 0, .high = 0}, kLimits);
  return by ? by->low : 0;
}

ActiveDistortion::ActiveDistortion(const Fault& fault, Surroundings& around, Law law)
    : law_(std::move(law)), begun_(around.now) {
  for (const std::string& node : fault.nodes) {
    Target& target = targets_[node];
    target.why_not = around.clocks.unavailable(node);
    if (!target.why_not.empty()) continue;
    target.before = latest(around.clocks, node, around.now);
    target.handle = law_.begin(around.clocks, node);
  }
}

Effect ActiveDistortion::end(Surroundings& around) {
  const Nanoseconds asked = law_.asked(around.now - begun_);
  const Nanoseconds needed = std::max<Nanoseconds>(1, std::abs(asked) / 100 * law_.share_percent);
  Effect effect;
  nlohmann::json measured{{"asked_ms", milliseconds(asked)}, {"nodes", nlohmann::json::object()}};
  ObservedSkew total;
  for (const auto& [node, target] : targets_) {
    nlohmann::json& entry = measured["nodes"][node];
    entry["took_effect"] = false;
    if (!target.why_not.empty()) {
      entry["why"] = target.why_not;
      continue;
    }
    const ObservedSkew during = around.clocks.observed(node, begun_);
    around.clocks.release(target.handle);
    entry["samples"] = during.samples;
    if (target.before.samples > 0) entry["before_ms"] = milliseconds(target.before.max);
    if (during.samples == 0) {
      entry["why"] = "the node's clock was not read while the fault lasted";
      continue;
    }
    entry["skew_ms"] = {{"min", milliseconds(during.min)}, {"max", milliseconds(during.max)}};
    entry["uncertain_by_ms"] = milliseconds(during.uncertainty);
    total.min = total.samples == 0 ? during.min : std::min(total.min, during.min);
    total.max = total.samples == 0 ? during.max : std::max(total.max, during.max);
    total.samples += during.samples;
    const bool followed = moved(target.before, during, asked) >= needed;
    entry["took_effect"] = followed;
    if (!followed) entry["why"] = "the clock that was read back did not follow";
    effect.took_effect = effect.took_effect || followed;
  }
  measured["samples"] = total.samples;
  if (total.samples > 0) {
    measured["skew_ms"] = {{"min", milliseconds(total.min)}, {"max", milliseconds(total.max)}};
  }
  effect.measured = measured.dump();
  return effect;
}

}  // namespace fracas::nemesis
