// Reads experiments and writes them back; both ways through the table of keys.
#include "harness/experiment.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "harness/experiment_fields.h"
#include "harness/experiment_resolver.h"
#include "harness/script_fields.h"

namespace fracas::harness {
namespace {

/// A file without a name is called after itself, as far as its name can be one.
std::string name_of(const std::filesystem::path& file) {
  std::string name = file.stem().string().substr(0, 60);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
  return name.empty() ? "experiment" : name;
}

/// What the default experiment consists of depends on it, so that it is needed before all else.
WorldKind world_in(const std::vector<std::pair<std::string, std::string>>& settings) {
  WorldKind world = WorldKind::local;
  for (const auto& [key, text] : settings)
    if (key == "world") world = world_kind(text).value_or(world);
  return world;
}

void put(nlohmann::json& json, std::string_view dotted, nlohmann::json value) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos)
    json[std::string(dotted)] = std::move(value);
  else
    json[std::string(dotted.substr(0, dot))][std::string(dotted.substr(dot + 1))] = std::move(value);
}

nlohmann::json fault_json(const nemesis::FaultSpec& spec) {
  nlohmann::json json;
  for (const FaultField& field : fault_fields()) json[std::string(field.key)] = field.get(spec);
  for (const auto& [name, value] : spec.parameters) json[name] = to_json(value);
  return json;
}

}  // namespace

Result<Experiment> load_experiment(const std::optional<std::filesystem::path>& file,
                                   const std::vector<std::pair<std::string, std::string>>& settings) {
  Experiment base;
  if (file)
    base.name = name_of(*file);
  else
    base = default_experiment(world_in(settings));
  ExperimentResolver resolver(std::move(base), file ? file->string() : "the default experiment");
  if (file) {
    Result<std::vector<Setting>> read = read_toml(*file);
    if (!read) return read.error();
    if (auto applied = resolver.apply_document(std::move(*read)); !applied) return applied.error();
  }
  for (const auto& [key, text] : settings)
    if (auto applied = resolver.apply(parse_setting(key, text)); !applied) return applied.error();
  return std::move(resolver).finish();
}

nlohmann::json to_json(const Experiment& experiment) {
  nlohmann::json json;
  for (const Field& field : fields()) put(json, field.key, field.get(experiment));
  for (const store::Knob& knob : store::knobs())
    json["store"][std::string(knob.name)] = get_knob(experiment.store, knob.name);
  json["fault"] = nlohmann::json::array();
  for (const nemesis::FaultSpec& spec : experiment.faults) json["fault"].push_back(fault_json(spec));
  if (!experiment.script.empty()) json["operation"] = nlohmann::json::array();
  for (const ScriptedOperation& operation : experiment.script)
    json["operation"].push_back(to_json(operation));
  json["expect"] = experiment.expect;
  return json;
}

Result<Experiment> experiment_from_json(const nlohmann::json& json) {
  constexpr std::string_view kWhere = "experiment.json";
  nlohmann::json copy = json;
  // An empty list of faults is no setting.
  if (copy.is_object() && copy.contains("fault") && copy["fault"].empty()) copy.erase("fault");
  Result<std::vector<Setting>> settings = settings_from_json(copy, kWhere);
  if (!settings) return settings.error();
  ExperimentResolver resolver(Experiment{}, std::string(kWhere));
  if (auto applied = resolver.apply_document(std::move(*settings)); !applied) return applied.error();
  return std::move(resolver).finish();
}

}  // namespace fracas::harness
