#include "harness/commands/shrink_search.h"

#include <utility>

namespace fracas::harness {
namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;

/// More tries for the script of the whole run than for a candidate: without it there is nothing to shrink.
constexpr int kFirstTries = 5;
constexpr Nanoseconds kGapInSimulation = 10 * kMillisecond;
/// Real processes need time to answer, and to start; a store repairs itself if it gets too much of it.
constexpr Nanoseconds kGapsForRealClocks[] = {300 * kMillisecond, 100 * kMillisecond, 1'000 * kMillisecond};
/// What chance decides must come out right in most runs, if real processes are to fail in most runs too.
constexpr Demand kMostSeeds{.runs = 6, .failures = 4};
constexpr Demand kConfirmed{.runs = 5, .failures = 3};

Search search_for(const ShrinkTask& task, Trials& trials, Experiment failing, Demand demand) {
  return Search(
      std::move(failing),
      [&trials, demand](const Experiment& candidate) { return trials.fails(candidate, demand); },
      SearchLimits{.out_of_time = task.out_of_time});
}

ReduceOptions how(const ShrinkTask& task, const Search& search) {
  ReduceOptions options;
  options.suspicions = task.suspicions;
  options.report = [&task, &search](std::string_view next) {
    task.report(search.best(), search.trials(), next);
  };
  return options;
}

/// The script must fail as the run did.
std::optional<Experiment> first_failure(const ShrinkTask& task, Trials& trials) {
  for (int i = 0; i < kFirstTries && !trials.interrupted(); ++i) {
    Experiment script = task.script;
    // In a simulation fails() tries its seeds first; then come others.
    if (i > 0 && script.world == WorldKind::sim) script.seed = static_cast<std::uint64_t>(task.times + i);
    if (auto failed = trials.fails(script, {task.times, 1})) return failed;
  }
  return std::nullopt;
}

std::optional<Shrunk> shrink_in_its_world(const ShrinkTask& task, Trials& trials) {
  std::optional<Experiment> failing = first_failure(task, trials);
  if (!failing) return std::nullopt;
  Search search = search_for(task, trials, std::move(*failing), {task.times, 1});
  ReduceOptions options = how(task, search);
  const bool simulated = task.script.world == WorldKind::sim;
  options.least_gap = simulated ? kGapInSimulation : kGapsForRealClocks[0];
  const bool minimal = reduce(search, options);
  return Shrunk{search.best(), search.trials(), minimal, false};
}

/// Empty if the simulation cannot help.
std::optional<Shrunk> shrink_with_simulation(const ShrinkTask& task, Trials& trials) {
  Experiment script = task.script;
  script.world = WorldKind::sim;
  std::uint64_t before = 0;
  for (const Nanoseconds gap : kGapsForRealClocks) {
    std::optional<Experiment> failing = trials.fails(script, kMostSeeds);
    if (!failing) return std::nullopt;
    Search search = search_for(task, trials, std::move(*failing), kMostSeeds);
    ReduceOptions options = how(task, search);
    options.least_gap = gap;
    options.stretch = true;
    const bool minimal = reduce(search, options);
    before += search.trials();
    Experiment found = search.best();
    found.world = task.script.world;
    found.seed = found.load.seed = task.script.seed;
    task.report(found, before, "real processes");
    if (auto confirmed = trials.fails(found, kConfirmed))
      return Shrunk{std::move(*confirmed), before, minimal, true};
    if (task.out_of_time()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Shrunk> shrink(const ShrinkTask& task, Trials& trials) {
  if (task.script.world != WorldKind::sim)
    if (auto shrunk = shrink_with_simulation(task, trials)) return shrunk;
  return shrink_in_its_world(task, trials);
}

}  // namespace fracas::harness
