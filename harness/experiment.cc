// Applies settings to an experiment, checks the whole, and writes it back.
#include "harness/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "checker/property.h"
#include "harness/experiment_fields.h"
#include "harness/setting.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"
#include "nemesis/planner.h"

namespace fracas::harness {
namespace {

constexpr std::size_t kMostFaults = 100;

Error usage(std::string_view where, std::string_view message) {
  return {Exit::usage, fmt::format("{}: {}", where, message)};
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

/// "fault.3.every" taken apart; empty if it is not of that form.
struct FaultKey {
  std::size_t entry = 0;
  std::string name;
};
std::optional<FaultKey> fault_key(std::string_view key) {
  if (!starts_with(key, "fault.")) return std::nullopt;
  FaultKey result;
  const char* begin = key.data() + 6;
  const char* end = key.data() + key.size();
  const auto [dot, error] = std::from_chars(begin, end, result.entry);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  result.name.assign(dot + 1, end);
  return result;
}

std::vector<std::string> node_names(const Experiment& e) {
  std::vector<std::string> names;
  for (int i = 1; i <= e.store.nodes; ++i) names.push_back(fmt::format("n{}", i));
  return names;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// Sets what settings say and remembers where each key was set, so that what is found wrong later has a
/// place.
class Resolver {
 public:
  Resolver(Experiment base, std::string source) : experiment_(std::move(base)), source_(std::move(source)) {}

  /// Of a whole document: the kinds of its faults first, for their parameters depend on them.
  Result<void> apply_document(std::vector<Setting> settings) {
    std::stable_partition(settings.begin(), settings.end(), [](const Setting& s) {
      const std::optional<FaultKey> key = fault_key(s.key);
      return key && key->name == "kind";
    });
    for (const Setting& setting : settings)
      if (auto done = apply(setting); !done) return done;
    return {};
  }

  Result<void> apply(const Setting& setting) {
    where_[setting.key] = setting.value_where;
    if (starts_with(setting.key, "fault")) return apply_fault(setting);
    if (starts_with(setting.key, "store.")) return apply_knob(setting);
    if (starts_with(setting.key, "expect.")) return apply_expectation(setting);
    for (const Field& field : fields())
      if (field.key == setting.key) return finish(setting, field.set(experiment_, setting.value));
    return unknown_key(setting);
  }

  Result<Experiment> finish() && {
    if (experiment_.load.reads + experiment_.load.deletes > 1)
      return usage(where("workload.reads", "workload.deletes"),
                   "workload.reads + workload.deletes must be at most 1");
    if (const auto checked = store::check(experiment_.store); !checked) {
      const std::string key = "store." + checked.error().field;
      return usage(where(key), fmt::format("{}: {}", key, checked.error().message));
    }
    for (std::size_t i = 0; i < experiment_.faults.size(); ++i)
      if (auto checked = check_fault(i); !checked) return checked.error();
    experiment_.load.seed = experiment_.seed;
    return std::move(experiment_);
  }

 private:
  static Result<void> finish(const Setting& setting, const Problem& problem) {
    if (problem) return usage(setting.value_where, fmt::format("{}: {}", setting.key, *problem));
    return {};
  }

  std::string where(const std::string& key, const std::string& or_key = "") const {
    if (const auto at = where_.find(key); at != where_.end()) return at->second;
    if (const auto at = where_.find(or_key); at != where_.end()) return at->second;
    return source_;
  }

  Result<void> apply_knob(const Setting& setting) {
    const std::string name = setting.key.substr(6);
    std::vector<std::string> known;
    for (const store::Knob& knob : store::knobs()) known.emplace_back(knob.name);
    if (std::find(known.begin(), known.end(), name) != known.end())
      return finish(setting, set_knob(experiment_.store, name, setting.value));
    if (name == "preset")
      return usage(setting.key_where,
                   "store.preset: presets are not known yet; set n, r, w, conflict and the other "
                   "knobs one by one (`fracas explain store` shows them)");
    return usage(setting.key_where,
                 fmt::format("there is no key '{}' in [store]{}", name, did_you_mean(name, known)));
  }

  Result<void> apply_expectation(const Setting& setting) {
    const std::string name = setting.key.substr(7);
    if (checker::find_property(name) == nullptr) {
      std::vector<std::string> known;
      for (const checker::PropertyInfo& property : checker::properties()) known.emplace_back(property.name);
      return usage(setting.key_where,
                   fmt::format("there is no property '{}'{}", name, did_you_mean(name, known)));
    }
    const std::string value = to_text(setting.value);
    if (value != "holds" && value != "violated")
      return usage(setting.value_where,
                   fmt::format("{}: must be \"holds\" or \"violated\", is '{}'{}", setting.key, value,
                               suggestion(value, {"holds", "violated"})));
    experiment_.expect[name] = value;
    return {};
  }

  static std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    const std::string near = nearest(word, known);
    return near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
  }

  Result<void> apply_fault(const Setting& setting) {
    const std::optional<FaultKey> key = fault_key(setting.key);
    if (!key) {
      if (!starts_with(setting.key, "fault.") && setting.key != "fault") return unknown_key(setting);
      return usage(setting.key_where,
                   fmt::format("'{}': every fault is an entry of its own: write [[fault]] in a "
                               "file, --set fault.0.every=2s on the command line",
                               setting.key));
    }
    if (key->entry >= kMostFaults)
      return usage(setting.key_where,
                   fmt::format("'{}': an experiment has at most {} [[fault]] entries, counted from 0",
                               setting.key, kMostFaults));
    if (key->entry >= experiment_.faults.size()) experiment_.faults.resize(key->entry + 1);
    nemesis::FaultSpec& spec = experiment_.faults[key->entry];
    for (const FaultField& field : fault_fields())
      if (field.key == key->name) return finish(setting, field.set(spec, setting.value));
    return apply_parameter(setting, key->name, spec);
  }

  Result<void> apply_parameter(const Setting& setting, const std::string& name, nemesis::FaultSpec& spec) {
    const nemesis::Kind* kind = nemesis::find_kind(spec.kind);
    if (kind == nullptr)
      return usage(setting.key_where, fmt::format("'{}': this entry has no kind yet", setting.key));
    std::vector<std::string> known;
    for (const nemesis::ParameterInfo& parameter : kind->parameters) known.emplace_back(parameter.name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      for (const FaultField& field : fault_fields()) known.emplace_back(field.key);
      return usage(setting.key_where,
                   fmt::format("{} has no parameter '{}'{}", spec.kind, name, did_you_mean(name, known)));
    }
    spec.parameters[name] = setting.value;
    return {};
  }

  Result<void> unknown_key(const Setting& setting) const {
    const std::string_view key = setting.key;
    const std::string table(key.substr(0, key.find('.')));
    const std::set<std::string> tables{"store", "workload", "fault", "expect"};
    std::vector<std::string> known;
    if (table == "workload" && key != "workload") {
      for (const Field& field : fields())
        if (starts_with(field.key, "workload.")) known.emplace_back(field.key.substr(9));
      const std::string name(key.substr(9));
      return usage(setting.key_where,
                   fmt::format("there is no key '{}' in [workload]{}", name, did_you_mean(name, known)));
    }
    if (tables.count(setting.key) != 0)
      return usage(setting.key_where, fmt::format("'{}' is a table: write [{}], then its keys", key, key));
    for (const Field& field : fields())
      if (field.key.find('.') == std::string_view::npos) known.emplace_back(field.key);
    known.insert(known.end(), tables.begin(), tables.end());
    if (table == key)
      return usage(setting.key_where, fmt::format("there is no key '{}'{}", key, did_you_mean(key, known)));
    known.assign(tables.begin(), tables.end());
    return usage(setting.key_where,
                 fmt::format("there is no table [{}]{}", table, did_you_mean(table, known)));
  }

  Result<void> check_fault(std::size_t entry) const {
    const nemesis::FaultSpec& spec = experiment_.faults[entry];
    const std::string prefix = fmt::format("fault.{}.", entry);
    const nemesis::Kind* kind = nemesis::find_kind(spec.kind);
    if (kind == nullptr)
      return usage(any_where(prefix),
                   fmt::format("[[fault]] entry {} has no kind (entries are counted from 0)", entry));
    if (auto checked = check_target(prefix, spec.target); !checked) return checked;
    const std::vector<std::string> names = node_names(experiment_);
    nemesis::Fault fault;
    fault.kind = spec.kind;
    fault.nodes = {names.front()};
    nemesis::Random random(1);
    if (const auto drawn = kind->draw(spec, fault, names, random); !drawn)
      return fault_error(prefix, spec, drawn.error());
    nemesis::PlanRequest request{1, experiment_.duration, names, names, {spec}};
    request.primaries.resize(static_cast<std::size_t>(experiment_.store.n));
    if (const auto plan = nemesis::draw_plan(request); !plan) return fault_error(prefix, spec, plan.error());
    return {};
  }

  Result<void> check_target(const std::string& prefix, const std::string& target) const {
    std::vector<std::string> known = node_names(experiment_);
    for (const std::string& part : split(target, ",")) {
      const std::string name = trimmed(part);
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::vector<std::string> symbols{"one", "minority", "majority", "all", "primaries", "some"};
      if (std::find(symbols.begin(), symbols.end(), target) != symbols.end()) continue;
      known.insert(known.begin(), symbols.begin(), symbols.end());
      return usage(where(prefix + "target"),
                   fmt::format("there is no target '{}'{}", name, did_you_mean(name, known)));
    }
    return {};
  }

  /// The kind says what is wrong; if it takes one of a few words, the nearest is named too.
  Error fault_error(const std::string& prefix, const nemesis::FaultSpec& spec,
                    const nemesis::FaultError& error) const {
    std::string message = fmt::format("{}: {}: {}", prefix + error.field, spec.kind, error.message);
    const auto value = spec.parameters.find(error.field);
    for (const nemesis::ParameterInfo& parameter : nemesis::find_kind(spec.kind)->parameters)
      if (parameter.name == error.field && value != spec.parameters.end() &&
          message.find("did you mean") == std::string::npos)
        message += suggestion(to_text(value->second), split(parameter.values, " | "));
    return usage(where(prefix + error.field, prefix + "kind"), message);
  }

  std::string any_where(const std::string& prefix) const {
    const auto at = where_.lower_bound(prefix);
    return at != where_.end() && starts_with(at->first, prefix) ? at->second : source_;
  }

  Experiment experiment_;
  std::string source_;
  std::map<std::string, std::string> where_;
};

/// A file without a name is called after itself, as far as its name can be one.
std::string name_of(const std::filesystem::path& file) {
  std::string name = file.stem().string().substr(0, 60);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
  return name.empty() ? "experiment" : name;
}

void put(nlohmann::json& json, std::string_view dotted, nlohmann::json value) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos)
    json[std::string(dotted)] = std::move(value);
  else
    json[std::string(dotted.substr(0, dot))][std::string(dotted.substr(dot + 1))] = std::move(value);
}

nlohmann::json entry_json(const nemesis::FaultSpec& spec) {
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
    base = default_experiment();
  Resolver resolver(std::move(base), file ? file->string() : "the default experiment");
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
  for (const nemesis::FaultSpec& spec : experiment.faults) json["fault"].push_back(entry_json(spec));
  json["expect"] = experiment.expect;
  return json;
}

Result<Experiment> experiment_from_json(const nlohmann::json& json) {
  constexpr std::string_view kWhere = "experiment.json";
  nlohmann::json copy = json;
  // Empty lists and tables are no settings.
  if (copy.is_object() && copy.contains("fault") && copy["fault"].empty()) copy.erase("fault");
  Result<std::vector<Setting>> settings = settings_from_json(copy, kWhere);
  if (!settings) return settings.error();
  Resolver resolver(Experiment{}, std::string(kWhere));
  if (auto applied = resolver.apply_document(std::move(*settings)); !applied) return applied.error();
  return std::move(resolver).finish();
}

}  // namespace fracas::harness
