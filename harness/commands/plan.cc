#include "harness/commands/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/commands/table.h"
#include "harness/experiment_resolver.h"
#include "harness/setting.h"
#include "nemesis/planner.h"
#include "store/ring.h"

namespace fracas::harness {

Result<nemesis::Plan> plan_for(const Experiment& experiment) {
  nemesis::PlanRequest request{
      experiment.seed, experiment.duration, node_names(experiment), {}, experiment.faults};
  const workloads::Workload& workload = *workloads::find_workload(experiment.workload);
  const store::Ring ring(experiment.store.nodes);
  for (const store::NodeIndex node : ring.homes(workload.hottest_key(experiment.load), experiment.store.n))
    request.primaries.push_back(request.nodes[node]);
  auto plan = nemesis::draw_plan(request);
  if (plan) return std::move(*plan);
  const nemesis::FaultError& error = plan.error();
  return Error{Exit::usage, fmt::format("fault.{}.{}: {}", error.entry, error.field, error.message)};
}

nlohmann::ordered_json plan_json(const Experiment& experiment, const nemesis::Plan& plan) {
  nlohmann::ordered_json faults = nlohmann::ordered_json::array();
  for (const nemesis::Fault& fault : plan)
    faults.push_back(nlohmann::ordered_json::parse(nemesis::to_json(fault).dump()));
  return {{"seed", experiment.seed}, {"faults", std::move(faults)}};
}

std::string plan_text(const nemesis::Plan& plan) {
  if (plan.empty()) return "no faults\n";
  std::vector<Row> rows;
  for (const nemesis::Fault& fault : plan) {
    std::string parameters;
    for (const auto& [name, value] : fault.parameters)
      parameters += fmt::format("{}{}={}", parameters.empty() ? "" : " ", name, to_text(value));
    rows.push_back({fmt::format("{:.1f} s", static_cast<double>(fault.start) / 1e9),
                    fmt::format("{:.1f} s", static_cast<double>(fault.duration) / 1e9), fault.kind,
                    fmt::format("{}", fmt::join(fault.nodes, " ")), parameters});
  }
  return table({"begins", "lasts", "fault", "on", "parameters"}, rows);
}

}  // namespace fracas::harness
