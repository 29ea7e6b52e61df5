// clock.jump: the wall clock is off by a fixed amount until the fault ends, as after a wrong NTP step.
#include "nemesis/faults/clock_distortion.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto by = draw_by(spec, random);
  if (!by) return by.error();
  fault.parameters = {{"by", format_duration(*by)}};
  return {};
}

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const Nanoseconds offset = by_of(fault);
  ActiveDistortion::Law law;
  law.begin = [offset](Clocks& clocks, const std::string& node) {
    return clocks.distort(node, Skew{.offset = offset, .rate = 1.0});
  };
  law.asked = [offset](Nanoseconds) { return offset; };
  return std::make_unique<ActiveDistortion>(fault, around, std::move(law));
}

}  // namespace

Kind clock_jump() {
  return Kind{
      .name = "clock.jump",
      .sentence = "the wall clock jumps, and jumps back when the fault ends",
      .parameters = {{"by", "a duration or a range, \"-2s\" or [\"-60s\", \"60s\"]", "[\"-5m\", \"5m\"]",
                      "how far; from a range small and big jumps are drawn alike, from 10 ms up"}},
      .default_duration = 4'000'000'000,
      .needs = Ability::clocks,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
