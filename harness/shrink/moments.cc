#include "harness/shrink/moments.h"

#include <algorithm>
#include <cassert>

namespace fracas::harness {
namespace {

constexpr Nanoseconds kShortestTorment = 100'000'000;

}  // namespace

std::vector<Nanoseconds> moments(const Experiment& experiment) {
  std::vector<Nanoseconds> all;
  for (const ScriptedOperation& operation : experiment.script) all.push_back(operation.at);
  for (const nemesis::FaultSpec& fault : experiment.faults) {
    all.push_back(experiment.steady + fault.after);
    all.push_back(experiment.steady + fault.after + fault.lasts);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Experiment with_moments(const Experiment& experiment, const std::vector<Nanoseconds>& to) {
  const std::vector<Nanoseconds> from = moments(experiment);
  assert(from.size() == to.size() && std::is_sorted(to.begin(), to.end()));
  const auto moved = [&](Nanoseconds moment) {
    return to[static_cast<std::size_t>(std::lower_bound(from.begin(), from.end(), moment) - from.begin())];
  };
  Experiment result = experiment;
  result.steady = 0;
  result.duration = std::max(kShortestTorment, to.empty() ? 0 : to.back());
  for (ScriptedOperation& operation : result.script) operation.at = moved(operation.at);
  for (nemesis::FaultSpec& fault : result.faults) {
    const Nanoseconds begin = experiment.steady + fault.after;
    fault.after = moved(begin);
    fault.lasts = moved(begin + fault.lasts) - fault.after;
  }
  return result;
}

std::vector<Nanoseconds> gaps_between(const std::vector<Nanoseconds>& moments) {
  std::vector<Nanoseconds> gaps;
  Nanoseconds before = 0;
  for (const Nanoseconds moment : moments) {
    gaps.push_back(moment - before);
    before = moment;
  }
  return gaps;
}

std::vector<Nanoseconds> moments_after(const std::vector<Nanoseconds>& gaps) {
  std::vector<Nanoseconds> moments;
  Nanoseconds moment = 0;
  for (const Nanoseconds gap : gaps) moments.push_back(moment += gap);
  return moments;
}

Nanoseconds rounded_up(Nanoseconds duration) {
  if (duration <= 0) return 0;
  Nanoseconds power = 1;
  while (power * 10 < duration) power *= 10;
  for (const Nanoseconds digit : {1, 2, 5})
    if (digit * power >= duration) return digit * power;
  return 10 * power;
}

}  // namespace fracas::harness
