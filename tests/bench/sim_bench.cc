// How fast the simulation is, checking included: messages a second and virtual time over real time, on one
// core. Rates are of CPU time; what passed on the wall meanwhile is beside it.
//
//     sim_bench [EXPERIMENT.toml]...        default: sim_hour.toml and loads from idle to as fast as it goes
#include <ctime>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/commands/plan.h"
#include "harness/commands/run_folder.h"
#include "harness/experiment.h"
#include "harness/judge.h"
#include "harness/runner.h"
#include "harness/sim/sim_world.h"

namespace {

using namespace fracas::harness;

/// Of this process: another one on the same core does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int measure(const std::string& label, const std::filesystem::path& file,
            const std::vector<std::pair<std::string, std::string>>& settings) {
  const auto experiment = load_experiment(file, settings);
  if (!experiment) return fmt::print(stderr, "{}\n", experiment.error().message), 1;
  const auto plan = plan_for(*experiment);
  if (!plan) return fmt::print(stderr, "{}\n", plan.error().message), 1;
  const auto scratch =
      std::filesystem::temp_directory_path() / fmt::format("fracas-sim-bench-{}", ::getpid());
  std::filesystem::remove_all(scratch);
  const auto folder = create_run_folder(*experiment, *plan, scratch);
  if (!folder) return fmt::print(stderr, "{}\n", folder.error().message), 1;

  const auto wall_begin = std::chrono::steady_clock::now();
  const double begin = cpu_seconds();
  SimWorld world({.store = experiment->store, .seed = experiment->seed, .handle_signals = true});
  RunOutcome outcome = run_experiment(*experiment, *plan, world, *folder, "", [](const Progress&) {});
  const double ran = cpu_seconds();
  const auto judgement = judge_run(*folder, false, {}, std::move(outcome.history));
  const double judged = cpu_seconds();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_begin;
  std::filesystem::remove_all(scratch);
  if (!judgement) return fmt::print(stderr, "{}\n", judgement.error().message), 1;

  const double virtual_s = static_cast<double>(world.now()) / 1e9;
  fmt::print(
      "{:<28} {:>8.0f} s virtual in {:>6.2f} s ({:.2f} running, {:.2f} judging): {:>6.0f} times the clock, "
      "{:>9} messages, {:>8.0f} a second ({:.0f} of wall time); {} faults, {}\n",
      label, virtual_s, judged - begin, ran - begin, judged - ran, virtual_s / (judged - begin),
      world.messages(), static_cast<double>(world.messages()) / (judged - begin),
      static_cast<double>(world.messages()) / wall.count(), plan->size(), judgement->verdict);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path hour = FRACAS_SOURCE_DIR "/tests/bench/sim_hour.toml";
  int failures = 0;
  if (argc > 1) {
    for (int i = 1; i < argc; ++i) failures += measure(argv[i], argv[i], {});
    return failures;
  }
  failures += measure("a virtual hour", hour, {});
  failures += measure("idle", hour, {{"workload.rate", "2"}, {"duration", "600s"}});
  failures += measure("lww", hour, {{"store.conflict", "lww"}});
  failures += measure("500 operations a second", hour,
                      {{"workload.rate", "500"}, {"workload.clients", "30"}, {"duration", "120s"}});
  failures += measure("closed loop", hour,
                      {{"workload.rate", "max"}, {"workload.clients", "30"}, {"duration", "30s"}});
  failures += measure("read-modify-writes of sets", hour,
                      {{"workload.kind", "set"}, {"workload.rate", "200"}, {"duration", "120s"}});
  return failures;
}
