#include "harness/commands/explain.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "checker/linearizability/judged.h"
#include "checker/model.h"
#include "checker/property.h"
#include "harness/commands/experiments_folder.h"
#include "harness/commands/list.h"
#include "harness/commands/matrix_text.h"
#include "harness/commands/plan.h"
#include "harness/commands/run.h"
#include "harness/commands/table.h"
#include "harness/experiment_fields.h"
#include "harness/promises.h"
#include "harness/script_fields.h"
#include "harness/setting.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"
#include "store/presets.h"

namespace fracas::harness {
namespace {

std::string paragraph(std::string_view name, std::string_view what, std::string_view sentence) {
  return fmt::format("{}: {}\n  {}\n", name, what, wrapped(std::string(sentence), 2));
}

std::string list(const std::vector<std::string_view>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<std::string> explain_workload(const std::string& name) {
  const workloads::Workload* workload = workloads::find_workload(name);
  if (workload == nullptr) return std::nullopt;
  return paragraph(name, "a workload", workload->sentence) +
         "  judged on: " + wrapped(list(workload->properties), 13) + '\n';
}

std::optional<std::string> explain_fault(const std::string& name) {
  const nemesis::Kind* kind = nemesis::find_kind(name);
  if (kind == nullptr) return std::nullopt;
  std::vector<Row> rows;
  for (const FaultField& field : fault_fields())
    rows.push_back({std::string(field.key), "", fmt::format("{} ({})", field.sentence, field.values)});
  for (const nemesis::ParameterInfo& p : kind->parameters)
    rows.push_back(
        {std::string(p.name), std::string(p.default_value), fmt::format("{} ({})", p.sentence, p.values)});
  return paragraph(name, "a kind of fault", kind->sentence) +
         fmt::format("  lasts about {} unless told otherwise\n\n",
                     nemesis::format_duration(kind->default_duration)) +
         table({"key", "default", "meaning"}, rows);
}

std::optional<std::string> explain_property(const std::string& name) {
  const checker::PropertyInfo* property = checker::find_property(name);
  if (property == nullptr) return std::nullopt;
  std::vector<std::string_view> judged;
  for (const workloads::Workload& workload : workloads::workloads())
    if (std::find(workload.properties.begin(), workload.properties.end(), name) != workload.properties.end())
      judged.push_back(workload.name);
  const Promise usual = promise(name, default_experiment(WorldKind::local), {});
  const std::string by_default =
      fmt::format("by default {}: {}", usual.guaranteed ? "guaranteed" : "not guaranteed", usual.reason);
  return paragraph(name, "a property", property->sentence) + "  judged by the workloads: " + list(judged) +
         "\n  " + wrapped(by_default, 2) + '\n';
}

std::optional<std::string> explain_model(const std::string& name) {
  for (const checker::ModelInfo& model : checker::models())
    if (model.name == name) return paragraph(name, "a model (fracas check --model)", model.sentence);
  return std::nullopt;
}

std::optional<std::string> explain_algorithm(const std::string& name) {
  const checker::linearizability::Algorithm* algorithm = checker::linearizability::find_algorithm(name);
  if (algorithm == nullptr) return std::nullopt;
  return paragraph(name, "an algorithm of linearizability (fracas check --algorithm)", algorithm->sentence);
}

std::optional<std::string> explain_bug(const std::string& name) {
  const std::optional<store::Bug> bug = store::find_bug(name);
  if (!bug) return std::nullopt;
  for (const store::BugInfo& info : store::bugs())
    if (info.bug == *bug)
      return paragraph(name, fmt::format("a seeded bug of the store ({})", info.catalogue), info.sentence) +
             fmt::format("  modelled on: {}\n  breaks: {}\n  caught by: fracas run {}\n", info.modelled_on,
                         info.caught_by, std::filesystem::path(info.experiment).stem().string());
  return std::nullopt;
}

std::optional<std::string> explain_preset(const std::string& name) {
  const store::Preset* preset = store::find_preset(name);
  if (preset == nullptr) return std::nullopt;
  std::vector<Row> rows;
  for (const auto& [knob, value] : preset->knobs)
    rows.push_back({fmt::format("store.{}", knob), std::string(value)});
  return paragraph(name, fmt::format("a preset of the store (preset = \"{}\" in [store])", name),
                   preset->sentence) +
         '\n' + table({"key", "value"}, rows);
}

/// "network" -> its kinds, which `--fault network` means.
std::optional<std::string> explain_fault_class(const std::string& name) {
  std::vector<Row> rows;
  for (const nemesis::Kind& kind : nemesis::kinds())
    if (nemesis::class_of(kind.name) == name)
      rows.push_back({std::string(kind.name), std::string(kind.sentence)});
  if (rows.empty()) return std::nullopt;
  return fmt::format("{}: a class of faults (--fault {} injects all of them)\n\n", name, name) +
         table({}, rows);
}

/// Rows of the keys that a name means: a key ("workload.rate", "store.r", "r") or a whole table ("store").
std::vector<Row> key_rows(const std::string& name) {
  const Experiment usual = default_experiment(WorldKind::local);
  const auto meant = [&](const std::string& key) {
    return key == name || key.starts_with(name + '.') || key.ends_with('.' + name);
  };
  std::vector<Row> rows;
  for (const Field& field : fields())
    if (meant(std::string(field.key)))
      rows.push_back({std::string(field.key), field.get(usual).dump(),
                      fmt::format("{} ({})", field.sentence, field.values)});
  for (const store::Knob& knob : store::knobs())
    if (const std::string key = fmt::format("store.{}", knob.name); meant(key))
      rows.push_back(
          {key, get_knob(usual.store, knob.name).dump(), fmt::format("{} ({})", knob.sentence, knob.values)});
  for (const FaultField& field : fault_fields())
    if (const std::string key = fmt::format("fault.{}", field.key); meant(key))
      rows.push_back({key, "", fmt::format("{} ({})", field.sentence, field.values)});
  for (const OperationField& field : operation_fields())
    if (const std::string key = fmt::format("operation.{}", field.key); meant(key))
      rows.push_back({key, "", fmt::format("{} ({})", field.sentence, field.values)});
  return rows;
}

std::optional<std::string> explain_key(const std::string& name) {
  const std::vector<Row> rows = key_rows(name);
  if (rows.empty()) return std::nullopt;
  return table({"key", "default", "meaning"}, rows);
}

std::optional<std::string> explain_target(const std::string& name) {
  for (const CatalogueEntry& entry : catalogue("targets"))
    if (entry.name == name)
      return paragraph(name, "a target", entry.sentence) + '\n' + explain_key(name).value_or("");
  return std::nullopt;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const std::string& catalogue_name : catalogue_names())
    for (const CatalogueEntry& entry : catalogue(catalogue_name)) names.push_back(entry.name);
  for (const nemesis::Kind& kind : nemesis::kinds()) names.emplace_back(nemesis::class_of(kind.name));
  for (const Field& field : fields()) names.emplace_back(field.key);
  for (const store::Knob& knob : store::knobs()) names.push_back(fmt::format("store.{}", knob.name));
  return names;
}

std::string fault_text(const nemesis::FaultSpec& spec) {
  const nemesis::Kind* kind = nemesis::find_kind(spec.kind);
  const Nanoseconds usual = kind == nullptr ? 0 : kind->default_duration;
  std::string text =
      fmt::format("on {}, {}, for {}", spec.target,
                  spec.every == 0 ? "once" : "about every " + nemesis::format_duration(spec.every),
                  nemesis::format_duration(spec.lasts == 0 ? usual : spec.lasts));
  for (const auto& [name, value] : spec.parameters) text += fmt::format(", {} = {}", name, to_text(value));
  return text;
}

}  // namespace

std::string explanation(const Experiment& e) {
  std::string text = fmt::format("{}\n", e.name);
  if (!e.about.empty()) text += "  " + wrapped(e.about, 2) + '\n';
  std::vector<Row> rows;
  for (const Field& field : fields())
    if (field.key != "name" && field.key != "about")
      rows.push_back({std::string(field.key), field.get(e).dump()});
  for (const store::Knob& knob : store::knobs())
    rows.push_back({fmt::format("store.{}", knob.name), get_knob(e.store, knob.name).dump()});
  text += '\n' + table({"key", "value"}, rows);

  std::set<std::string> kinds;
  rows.clear();
  for (const nemesis::FaultSpec& spec : e.faults) {
    kinds.insert(spec.kind);
    rows.push_back({spec.kind, fault_text(spec)});
  }
  text += rows.empty() ? "\nNo faults.\n" : '\n' + table({"fault", "how"}, rows);

  if (!e.script.empty()) text += '\n' + script_text(e.script);

  rows.clear();
  for (const std::string_view property : workloads::find_workload(e.workload)->properties) {
    const Promise promised = promise(property, e, kinds);
    const auto expected = e.expect.find(std::string(property));
    std::string claim = promised.guaranteed ? "guaranteed" : "not guaranteed";
    if (expected != e.expect.end()) claim += ", expected: " + expected->second;
    rows.push_back({std::string(property), claim, promised.reason});
  }
  if (!e.faults.empty() || !e.expect.empty())
    text += "\nPromised, if all these faults take effect:\n\n" + table({"property", "promise", "why"}, rows);
  return text +
         "\nWhat this configuration promises under each group of faults (yes: guaranteed), and why:\n\n" +
         matrix_text(guarantee_matrix(e, workloads::find_workload(e.workload)->properties));
}

Exit explain_command(const std::string& name, Console& console) {
  if (name == kDefault) {
    console.out << explanation(default_experiment(WorldKind::local));
    return Exit::pass;
  }
  if (name == kSwarm) {
    console.out << paragraph(name, "an experiment", std::string(kSwarmAbout)) +
                       "  what a seed draws: fracas run swarm --seed N --dry-run\n";
    return Exit::pass;
  }
  // A name may mean several things: "register" is a workload and a model.
  std::string meanings;
  for (const auto explain :
       {explain_workload, explain_model, explain_algorithm, explain_fault, explain_fault_class,
        explain_property, explain_bug, explain_preset, explain_target, explain_key})
    if (const std::optional<std::string> text = explain(name))
      meanings += (meanings.empty() ? "" : "\n") + *text;
  if (!meanings.empty()) {
    console.out << meanings;
    return Exit::pass;
  }
  const Result<std::filesystem::path> file = find_experiment(name);
  if (!file) {
    const bool is_path = name.ends_with(".toml") || name.find('/') != std::string::npos;
    if (is_path) return complain(console, file.error());
    const std::string near = nearest(name, known_names());
    const std::string hint =
        near.empty()
            ? fmt::format(" (`fracas list` names {}; `fracas explain store`, workload and fault show keys)",
                          fmt::join(catalogue_names(), ", "))
            : fmt::format(", did you mean '{}'?", near);
    return complain(console, {Exit::usage, fmt::format("explain {}: nothing is called that{}", name, hint)});
  }
  const Result<Experiment> experiment = load_experiment(*file, {});
  if (!experiment) return complain(console, experiment.error());
  console.out << explanation(*experiment);
  return Exit::pass;
}

}  // namespace fracas::harness
