// clock.drift: the wall clock runs too fast or too slow, and is right again when the fault ends.
#include <cmath>

#include "nemesis/faults/clock_distortion.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr std::int64_t kMillion = 1'000'000;  // rates are read and drawn in millionths
constexpr Range kLimits{.low = 0, .high = 100 * kMillion};
constexpr Range kUsual{.low = kMillion / 2, .high = 2 * kMillion};
constexpr std::int64_t kSmallestDeviation = kMillion / 50;  // 2 %: 80 ms in 4 s, enough to be read back

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto rate = read_ratios(spec.parameters, "rate", kUsual, kLimits);
  if (!rate) return rate.error();
  const Range deviations{.low = rate->low - kMillion, .high = rate->high - kMillion};
  const std::int64_t deviation = draw_amount(random, deviations, kSmallestDeviation);
  if (deviation == 0) return FaultError{.field = "rate", .message = "a rate of 1 is no drift"};
  fault.parameters = {{"rate", static_cast<double>(kMillion + deviation) / static_cast<double>(kMillion)}};
  return {};
}

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const auto read = read_ratios(fault.parameters, "rate", {.low = kMillion, .high = kMillion}, kLimits);
  const std::int64_t millionths = read ? read->low : kMillion;
  ActiveDistortion::Law law;
  law.begin = [millionths](Clocks& clocks, const std::string& node) {
    return clocks.distort(node, Skew{.offset = 0, .rate = static_cast<double>(millionths) / 1e6});
  };
  law.asked = [millionths](Nanoseconds elapsed) { return elapsed / kMillion * (millionths - kMillion); };
  // The last reading may be from well before the end, when less had gathered.
  law.share_percent = 25;
  return std::make_unique<ActiveDistortion>(fault, around, std::move(law));
}

}  // namespace

Kind clock_drift() {
  return Kind{.name = "clock.drift",
              .sentence = "the wall clock runs too fast or too slow, and is right again when the fault ends",
              .parameters = {{"rate", "a number or a range, 1.5 or [\"0.5\", \"2\"]", "[\"0.5\", \"2\"]",
                              "seconds that the clock shows for each second that passes; 0 stops it"}},
              .default_duration = 6'000'000'000,
              .needs = Ability::clocks,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
