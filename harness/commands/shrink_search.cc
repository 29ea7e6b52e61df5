#include "harness/commands/shrink_search.h"

#include <utility>

namespace fracas::harness {
namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;

/// More tries for the script of the whole run than for a candidate: without it there is nothing to shrink.
constexpr int kFirstTries = 5;
constexpr Nanoseconds kGapInSimulation = 10 * kMillisecond;
/// Real processes need time to answer, and to start; a store repairs itself if it gets too much of it.
constexpr Nanoseconds kGapsForRealClocks[] = {300 * kMillisecond, 1'000 * kMillisecond, 100 * kMillisecond};
/// What chance decides must come out right in most runs, if real processes are to fail in most runs too.
/// (What is kept is a run of real processes.)
constexpr Demand kMostSeeds{.runs = 10, .failures = 8, .keep = false};
/// Runs of which a rate is stated, and how many of them are to fail.
constexpr int kRateRuns = 10;
constexpr int kRateWanted = 6;

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
    const Demand one{.runs = i > 0 && script.world == WorldKind::sim ? 1 : task.times};
    if (auto failed = trials.fails(script, one)) return failed;
  }
  return std::nullopt;
}

std::optional<Shrunk> shrink_in_its_world(const ShrinkTask& task, Trials& trials) {
  std::optional<Experiment> failing = first_failure(task, trials);
  if (!failing) return std::nullopt;
  Search search = search_for(task, trials, std::move(*failing), {.runs = task.times});
  ReduceOptions options = how(task, search);
  const bool simulated = task.script.world == WorldKind::sim;
  options.least_gap = simulated ? kGapInSimulation : kGapsForRealClocks[0];
  Shrunk shrunk;
  shrunk.minimal = reduce(search, options);
  shrunk.experiment = search.best();
  shrunk.trials = search.trials();
  if (!simulated) shrunk.rate = trials.measure(shrunk.experiment, kRateRuns, 0);
  return shrunk;
}

/// The best that the simulation finds with this much time between moments; empty if it cannot help.
std::optional<Shrunk> find_in_simulation(const ShrinkTask& task, Trials& trials, Nanoseconds gap) {
  Experiment script = task.script;
  script.world = WorldKind::sim;
  std::optional<Experiment> failing = trials.fails(script, kMostSeeds);
  if (!failing) return std::nullopt;
  Search search = search_for(task, trials, std::move(*failing), kMostSeeds);
  ReduceOptions options = how(task, search);
  options.least_gap = gap;
  options.stretch = true;
  Shrunk found;
  found.minimal = reduce(search, options);
  found.trials = search.trials();
  found.experiment = search.best();
  found.experiment.world = task.script.world;
  found.experiment.seed = found.experiment.load.seed = task.script.seed;
  return found;
}

/// Empty if nothing that the simulation finds fails with real processes.
std::optional<Shrunk> shrink_with_simulation(const ShrinkTask& task, Trials& trials) {
  std::optional<Shrunk> best;
  std::uint64_t searched = 0;
  for (const Nanoseconds gap : kGapsForRealClocks) {
    std::optional<Shrunk> found = find_in_simulation(task, trials, gap);
    if (!found) break;
    found->trials = searched += found->trials;
    task.report(found->experiment, searched, "real processes");
    found->rate = trials.measure(found->experiment, kRateRuns, kRateWanted);
    const int most = best ? best->rate->failed : 0;
    if (found->rate->failed > most) {
      trials.keep();
      best = std::move(found);
    }
    if (task.out_of_time() || (best && best->rate->failed >= kRateWanted)) break;
  }
  return best;
}

}  // namespace

std::optional<Shrunk> shrink(const ShrinkTask& task, Trials& trials) {
  if (task.script.world != WorldKind::sim)
    if (auto shrunk = shrink_with_simulation(task, trials)) return shrunk;
  return shrink_in_its_world(task, trials);
}

}  // namespace fracas::harness
