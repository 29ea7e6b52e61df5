#include "harness/swarm/one_run.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/commands/plan.h"
#include "harness/commands/report.h"
#include "harness/commands/run_folder.h"
#include "harness/judgement.h"

namespace fracas::harness {
namespace {

void describe(const Conducted& run, SwarmRun& result) {
  result.exit = run.judgement.exit;
  result.verdict = run.judgement.verdict;
  result.sentence = run.judgement.sentence;
  for (const Judged* judged : most_telling_first(run.judgement.properties)) {
    if (judged->met) continue;
    result.property = judged->verdict.property;
    break;
  }
  result.ok = run.outcome.operations.ok;
  result.fail = run.outcome.operations.fail;
  result.info = run.outcome.operations.info;
  result.faults = run.outcome.faults;
  result.world_s = static_cast<double>(run.outcome.ended_ns) / 1e9;
  result.coverage = run.outcome.coverage;
}

}  // namespace

Result<Conducted> run_in(const std::filesystem::path& folder, const Experiment& experiment,
                         const std::string& reproduce) {
  const Result<nemesis::Plan> plan = plan_for(experiment);
  if (!plan) return plan.error();
  if (const auto possible = check_world(experiment, *plan); !possible) return possible.error();
  if (const auto made = create_run_folder(experiment, *plan, folder); !made) return made.error();
  return conduct(experiment, *plan, folder, reproduce, [](const Progress&) {});
}

SwarmRun run_one(const std::filesystem::path& folder, const Experiment& experiment,
                 const std::string& reproduce) {
  const auto begin = std::chrono::steady_clock::now();
  SwarmRun result;
  result.seed = experiment.seed;
  result.reproduce = reproduce;
  if (const Result<Conducted> run = run_in(folder, experiment, reproduce); run) {
    describe(*run, result);
    if (result.failed()) {
      if (const auto report = write_run_report(folder, run->judgement); !report)
        result.sentence += " (no report: " + report.error().message + ")";
    }
  } else {
    result.exit = run.error().code;
    result.verdict = "error";
    result.sentence = run.error().message;
  }
  if (result.failed()) {
    result.folder = folder.string();
  } else {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace fracas::harness
