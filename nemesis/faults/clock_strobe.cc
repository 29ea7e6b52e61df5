// clock.strobe: the wall clock flips between the right time and one that is off, again and again.
#include "nemesis/faults/clock_distortion.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Range kPeriodLimits{.low = kMillisecond, .high = 3'600'000 * kMillisecond};
constexpr Range kUsualPeriod{.low = 10 * kMillisecond, .high = 1'000 * kMillisecond};

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto by = draw_by(spec, random);
  if (!by) return by.error();
  const auto period = read_durations(spec.parameters, "period", kUsualPeriod, kPeriodLimits);
  if (!period) return period.error();
  const Nanoseconds time = draw_amount(random, *period, kMillisecond);
  fault.parameters = {{"by", format_duration(*by)}, {"period", format_duration(time)}};
  return {};
}

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const auto period = read_durations(fault.parameters, "period", kUsualPeriod, kPeriodLimits);
  const Nanoseconds offset = by_of(fault);
  const Nanoseconds time = period ? period->low : kUsualPeriod.high;
  ActiveDistortion::Law law;
  law.begin = [offset, time](Clocks& clocks, const std::string& node) {
    return clocks.strobe(node, Skew{.offset = offset, .rate = 1.0}, time);
  };
  law.asked = [offset](Nanoseconds) { return offset; };
  return std::make_unique<ActiveDistortion>(fault, around, std::move(law));
}

}  // namespace

Kind clock_strobe() {
  return Kind{
      .name = "clock.strobe",
      .sentence = "the wall clock flips between the right time and one that is off",
      .parameters = {{"by", "a duration or a range", "[\"-5m\", \"5m\"]",
                      "how far off; from a range small and big ones are drawn alike, from 10 ms up"},
                     {"period", "a duration or a range", "[\"10ms\", \"1s\"]", "time between two flips"}},
      .default_duration = 4'000'000'000,
      .needs = Ability::clocks,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
