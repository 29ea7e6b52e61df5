#include "harness/commands/trials.h"

#include <utility>

#include "harness/commands/plan.h"
#include "harness/commands/rerun.h"
#include "harness/shrink/script_of_run.h"

namespace fracas::harness {

namespace fs = std::filesystem;

Trials::Trials(const fs::path& scratch, std::string property, std::string reproduce)
    : scratch_(scratch / "trial"),
      failed_(scratch / "failed"),
      kept_(scratch / "kept"),
      property_(std::move(property)),
      reproduce_(std::move(reproduce)) {}

Trials::~Trials() {
  std::error_code ignored;
  for (const fs::path& folder : {scratch_, failed_, kept_}) fs::remove_all(folder, ignored);
}

std::optional<Judgement> Trials::conduct_once(const Experiment& experiment, const nemesis::Plan& plan) {
  ++runs_;
  Result<Conducted> run = conduct_in(scratch_, experiment, plan, reproduce_, [](const Progress&) {});
  if (!run) {
    if (!error_) error_ = run.error();
    return std::nullopt;
  }
  if (run->outcome.interrupted) {
    interrupted_ = true;
    return std::nullopt;
  }
  if (!fails_for(run->judgement, property_)) return std::nullopt;
  return std::move(run->judgement);
}

/// What an answer is about stays, whatever is run after it.
void Trials::set_aside(Judgement judgement) {
  std::error_code ignored;
  fs::remove_all(failed_, ignored);
  fs::rename(scratch_, failed_, ignored);
  proof_ = std::move(judgement);
}

void Trials::keep() {
  std::error_code ignored;
  fs::remove_all(kept_, ignored);
  fs::rename(failed_, kept_, ignored);
  judgement_ = std::exchange(proof_, std::nullopt);
}

std::optional<Experiment> Trials::fails(const Experiment& candidate, Demand demand) {
  std::optional<Experiment> failed;
  int failures = 0;
  for (int i = 0; i < demand.runs && !interrupted(); ++i) {
    if (failures + demand.runs - i < demand.failures) return std::nullopt;
    Experiment experiment = candidate;
    // Seeds that are easily typed, after the one that it has.
    if (i > 0 && experiment.world == WorldKind::sim) experiment.seed = static_cast<std::uint64_t>(i);
    experiment.load.seed = experiment.seed;
    const Result<nemesis::Plan> plan = plan_for(experiment);
    if (!plan) return std::nullopt;
    experiment.faults = exact_faults(*plan);
    std::optional<Judgement> judgement = conduct_once(experiment, *plan);
    if (!judgement) continue;
    if (!failed) {
      set_aside(std::move(*judgement));
      failed = std::move(experiment);
    }
    if (++failures < demand.failures) continue;
    if (demand.keep) keep();
    return failed;
  }
  return std::nullopt;
}

Rate Trials::measure(const Experiment& experiment, int runs, int wanted) {
  Rate rate;
  const Result<nemesis::Plan> plan = plan_for(experiment);
  while (plan && rate.runs < runs && rate.failed + runs - rate.runs >= wanted && !interrupted()) {
    std::optional<Judgement> judgement = conduct_once(experiment, *plan);
    if (interrupted()) break;
    ++rate.runs;
    if (judgement && ++rate.failed == 1) set_aside(std::move(*judgement));
  }
  return rate;
}

}  // namespace fracas::harness
