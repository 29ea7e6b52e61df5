#include "harness/commands/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "harness/commands/table.h"
#include "harness/experiment_resolver.h"
#include "harness/run_files.h"
#include "harness/script_outcome.h"
#include "harness/setting.h"
#include "nemesis/planner.h"
#include "store/ring.h"

namespace fracas::harness {

Result<nemesis::Plan> plan_for(const Experiment& experiment) {
  nemesis::PlanRequest request{
      experiment.seed, experiment.duration, node_names(experiment), {}, experiment.faults};
  const workloads::Workload& workload = *workloads::find_workload(experiment.workload);
  const store::Ring ring(store::first_members(experiment.store));
  for (const store::NodeIndex node : ring.homes(workload.hottest_key(experiment.load), experiment.store.n))
    request.primaries.push_back(request.nodes[node]);
  for (const store::NodeIndex node : ring.members()) request.members.push_back(request.nodes[node]);
  request.least_members = static_cast<std::size_t>(experiment.store.n);
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

Result<nemesis::Plan> read_plan(const std::filesystem::path& folder, const Experiment& experiment) {
  const std::filesystem::path file = folder / "plan.json";
  const Result<nlohmann::json> json = read_document(file);
  if (!json) return json.error();
  const auto wrong = [&file](std::string_view what) {
    return Error{Exit::usage, fmt::format("{}: {}", file.string(), what)};
  };
  if (!json->contains("faults") || !json->at("faults").is_array()) return wrong("has no list of faults");
  nemesis::Plan plan;
  const std::vector<std::string> nodes = node_names(experiment);
  for (const nlohmann::json& entry : json->at("faults")) {
    auto fault = nemesis::fault_from_json(entry);
    if (fault)
      if (const auto sound = nemesis::check_fault(*fault, nodes); !sound) fault = sound.error();
    if (!fault) return wrong(fmt::format("fault {}: {}", plan.size(), fault.error().message));
    plan.push_back(std::move(*fault));
  }
  std::set<std::uint32_t> ids;
  Nanoseconds before = 0;
  for (const nemesis::Fault& fault : plan) {
    if (!ids.insert(fault.id).second) return wrong(fmt::format("two faults have the id {}", fault.id));
    if (fault.start < before) return wrong("its faults are not in the order of start_ns");
    before = fault.start;
  }
  return plan;
}

std::string script_text(const std::vector<ScriptedOperation>& script, std::size_t most) {
  std::vector<Row> rows;
  bool expected = false;
  for (const ScriptedOperation& operation : script) {
    if (rows.size() == most) break;
    const workloads::Intent& intent = operation.intent;
    rows.push_back({nemesis::format_duration(operation.at), fmt::format("client {}", operation.client),
                    std::string(to_string(intent.f)), intent.key, intent.value == "null" ? "" : intent.value,
                    operation.node, expectation_of(operation)});
    expected = expected || !rows.back().back().empty();
  }
  Row header{"at", "who", "operation", "key", "value", "node", "is expected to"};
  if (!expected) {
    header.pop_back();
    for (Row& row : rows) row.pop_back();
  }
  std::string text = table(header, rows);
  if (script.size() > most) text += fmt::format("... and {} more operations\n", script.size() - most);
  return text;
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
