#include "harness/runner.h"

#include "harness/run_phases.h"

namespace fracas::harness {

RunOutcome run_experiment(const Experiment& experiment, const nemesis::Plan& plan, World& world,
                          const std::filesystem::path& folder, const std::string& reproduce,
                          const std::function<void(const Progress&)>& progress) {
  return RunPhases(experiment, plan, world, folder, reproduce, progress).run();
}

}  // namespace fracas::harness
