#include "harness/swarm/swarm_faults.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "harness/experiment_resolver.h"
#include "harness/swarm/words.h"
#include "nemesis/kind.h"
#include "nemesis/planner.h"

namespace fracas::harness {
namespace {

using nemesis::FaultSpec;
using nemesis::Kind;

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr std::size_t kMostKinds = 6;
/// A change of the ring is watched for long enough to be seen.
constexpr Nanoseconds kShortestChange = 1000 * kMillisecond;

/// How often faults of each kind begin, in this run.
struct Intensity {
  Nanoseconds shortest;
  Nanoseconds longest;
};
constexpr Intensity kIntensities[] = {
    {3000 * kMillisecond, 10'000 * kMillisecond},
    {1000 * kMillisecond, 4000 * kMillisecond},
    {1000 * kMillisecond, 4000 * kMillisecond},
    {300 * kMillisecond, 1500 * kMillisecond},
};
constexpr const char* kTargets[] = {"one",      "one", "one",       "one",  "minority",
                                    "minority", "all", "primaries", "some", "majority"};

/// Some of the kinds that the world and the cluster can do, class by class.
std::vector<const Kind*> draw_kinds(Dice& dice, const Experiment& experiment) {
  const bool damage = dice.one_in(3);
  const store::Config& store = experiment.store;
  const bool ring = store.nodes > store.n && store::why_ring_is_fixed(store).empty();
  std::map<std::string_view, std::vector<const Kind*>> classes;
  for (const Kind& kind : nemesis::kinds())
    if (why_not(experiment.world, kind.needs).empty() && (damage || !kind.takes_state) &&
        (ring || kind.change_ring == nullptr))
      classes[nemesis::class_of(kind.name)].push_back(&kind);
  std::vector<const Kind*> chosen;
  for (const auto& [name, kinds] : classes) {
    // Few clusters can change their ring: those that have spares do.
    const bool sure = name == "ring" && store.spares > 0;
    if (dice.one_in(2) && !sure) continue;
    const std::size_t before = chosen.size();
    for (const Kind* kind : kinds)
      if (dice.one_in(static_cast<std::int64_t>(kinds.size() + 1) / 2)) chosen.push_back(kind);
    if (chosen.size() == before) chosen.push_back(dice.pick(kinds));
  }
  while (chosen.size() > kMostKinds) {
    const auto left_out = dice.between(0, static_cast<std::int64_t>(chosen.size()) - 1);
    chosen.erase(chosen.begin() + left_out);
  }
  return chosen;
}

FaultSpec draw_spec(Dice& dice, const Kind& kind, const Intensity& intensity) {
  FaultSpec spec;
  spec.kind = kind.name;
  spec.target = dice.pick(kTargets);
  spec.every = dice.magnitude(intensity.shortest, intensity.longest);
  spec.every -= spec.every % kMillisecond;
  if (!dice.one_in(3)) {
    spec.lasts = dice.magnitude(50 * kMillisecond, 3000 * kMillisecond);
    spec.lasts -= spec.lasts % kMillisecond;
  }
  if (kind.change_ring != nullptr && spec.lasts != 0) spec.lasts = std::max(spec.lasts, kShortestChange);
  // What is drawn by itself when nothing is said is left to the planner.
  for (const nemesis::ParameterInfo& parameter : kind.parameters) {
    const std::vector<std::string> words = words_of(parameter.values);
    const bool open = parameter.default_value == "any" || parameter.default_value == "drawn";
    if (words.size() > 1 && !open) spec.parameters[std::string(parameter.name)] = dice.pick(words);
  }
  return spec;
}

/// Not every target exists in every cluster: two nodes have no minority.
bool can_be_drawn(const FaultSpec& spec, const Experiment& experiment) {
  const std::vector<std::string> nodes = node_names(experiment);
  const std::vector<std::string> primaries(nodes.begin(), nodes.begin() + experiment.store.n);
  return nemesis::draw_plan({experiment.seed, experiment.duration, nodes, primaries, {spec}}).has_value();
}

bool is_of_clocks(const FaultSpec& spec) { return nemesis::class_of(spec.kind) == "clock"; }

/// Clocks are off by no more than clock_error in all, at any time: what stamp = truetime promises for.
void keep_within_clock_error(Dice& dice, const store::Config& store, std::vector<FaultSpec>& specs) {
  std::erase_if(
      specs, [](const FaultSpec& spec) { return spec.kind == "clock.drift" || spec.kind == "clock.freeze"; });
  const auto entries = std::count_if(specs.begin(), specs.end(), is_of_clocks);
  for (FaultSpec& spec : specs) {
    if (!is_of_clocks(spec)) continue;
    const Nanoseconds by = store.clock_error_ns / entries * (dice.one_in(2) ? -1 : 1);
    spec.parameters["by"] = nemesis::format_duration(by);
    spec.lasts = spec.every / 3;
    spec.lasts -= spec.lasts % kMillisecond;
  }
}

}  // namespace

std::vector<FaultSpec> draw_swarm_faults(Dice& dice, const Experiment& experiment) {
  std::vector<FaultSpec> specs;
  const Intensity& intensity = dice.pick(kIntensities);
  for (const Kind* kind : draw_kinds(dice, experiment)) {
    FaultSpec spec = draw_spec(dice, *kind, intensity);
    if (!can_be_drawn(spec, experiment)) spec.target = "one";
    if (!can_be_drawn(spec, experiment)) spec.parameters.clear();
    if (can_be_drawn(spec, experiment)) specs.push_back(std::move(spec));
  }
  if (experiment.store.stamp == store::StampSource::truetime && dice.one_in(2))
    keep_within_clock_error(dice, experiment.store, specs);
  return specs;
}

}  // namespace fracas::harness
