// clock.freeze: the wall clock stands still, and is right again when the fault ends: a jump ahead.
#include "nemesis/faults/clock_distortion.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) { return {}; }

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  ActiveDistortion::Law law;
  law.begin = [](Clocks& clocks, const std::string& node) {
    return clocks.distort(node, Skew{.offset = 0, .rate = 0.0});
  };
  law.asked = [](Nanoseconds elapsed) { return -elapsed; };
  law.share_percent = 25;  // as of a drift: the last reading may be from well before the end
  return std::make_unique<ActiveDistortion>(fault, around, std::move(law));
}

}  // namespace

Kind clock_freeze() {
  return Kind{.name = "clock.freeze",
              .sentence = "the wall clock stands still, and jumps to the right time when the fault ends",
              .parameters = {},
              .default_duration = 4'000'000'000,
              .needs = Ability::clocks,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
