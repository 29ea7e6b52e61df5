#include "harness/conduct.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "harness/impatience.h"
#include "harness/local/local_world.h"
#include "harness/sim/sim_world.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

bool needs(const nemesis::Plan& plan, nemesis::Ability ability) {
  return std::any_of(plan.begin(), plan.end(), [&](const nemesis::Fault& fault) {
    const nemesis::Kind* kind = nemesis::find_kind(fault.kind);
    return kind != nullptr && kind->needs == ability;
  });
}

Result<std::unique_ptr<World>> make_world(const Experiment& experiment, const nemesis::Plan& plan,
                                          const std::filesystem::path& folder) {
  if (experiment.world == WorldKind::sim) {
    SimWorldOptions options;
    options.store = experiment.store;
    options.seed = experiment.seed;
    return std::unique_ptr<World>(std::make_unique<SimWorld>(options));
  }
  LocalWorldOptions options;
  options.store = experiment.store;
  options.folder = folder;
  options.proxies = needs(plan, nemesis::Ability::links);
  options.clocks = needs(plan, nemesis::Ability::clocks);
  return make_local_world(options);
}

/// Running, judging and reporting each hold much at a time, and nothing in common: what one has freed must
/// not add to what the next one needs.
void give_memory_back() { malloc_trim(0); }

}  // namespace

Result<void> check_world(const Experiment& experiment, const nemesis::Plan& plan) {
  for (const nemesis::Fault& fault : plan) {
    std::string why = why_not(experiment.world, fault.kind);
    if (nemesis::find_kind(fault.kind)->needs == nemesis::Ability::ring && why.empty())
      why = store::why_ring_is_fixed(experiment.store);
    if (!why.empty()) return Error{Exit::usage, fmt::format("{}: {}", fault.kind, why)};
  }
  return {};
}

Result<Conducted> conduct(const Experiment& experiment, const nemesis::Plan& plan,
                          const std::filesystem::path& folder, const std::string& reproduce,
                          const std::function<void(const Progress&)>& progress) {
  Conducted run;
  {
    Result<std::unique_ptr<World>> world = make_world(experiment, plan, folder);
    if (!world) return world.error();
    run.outcome = run_experiment(experiment, plan, **world, folder, reproduce, progress);
  }
  // Once nothing runs any more and everything is saved, judging ends with a report, whoever is impatient.
  const Impatience ignored;
  const bool large = experiment.world == WorldKind::local;
  if (large) give_memory_back();
  Result<Judgement> judgement = judge_run(folder, false, {}, std::move(run.outcome.history));
  if (large) give_memory_back();
  if (!judgement) {
    // What was just recorded must be readable; if it is not, that is no fault of the user's.
    const Error& why = run.outcome.error ? *run.outcome.error : judgement.error();
    return Error{Exit::environment, why.message};
  }
  run.judgement = std::move(*judgement);
  return run;
}

}  // namespace fracas::harness
