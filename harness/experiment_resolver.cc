// Each setting goes to the table that owns its key; the whole is checked at the end. Whatever is wrong is
// said with the place where it was written and the word that was probably meant.
#include "harness/experiment_resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "checker/property.h"
#include "harness/experiment_fields.h"
#include "harness/script_fields.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"
#include "nemesis/planner.h"
#include "store/presets.h"

namespace fracas::harness {
namespace {

/// As many as a plan may have: a plan can be written down as an experiment.
constexpr std::size_t kMostFaults = 10'000;
constexpr std::size_t kMostOperations = 1'000'000;

using Words = std::vector<std::string>;

Error usage(std::string_view where, std::string_view message) {
  return {Exit::usage, fmt::format("{}: {}", where, message)};
}

Result<void> outcome(const Setting& setting, const Problem& problem) {
  if (problem) return usage(setting.value_where, fmt::format("{}: {}", setting.key, *problem));
  return {};
}

bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "fault.3.every" taken apart; empty if it is not of that form.
struct EntryKey {
  std::size_t entry = 0;
  std::string name;
};
std::optional<EntryKey> entry_key(std::string_view table, std::string_view key) {
  if (!key.starts_with(table) || key.substr(table.size(), 1) != ".") return std::nullopt;
  EntryKey result;
  const char* begin = key.data() + table.size() + 1;
  const char* end = key.data() + key.size();
  const auto [dot, error] = std::from_chars(begin, end, result.entry);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  result.name.assign(dot + 1, end);
  return result;
}

/// Names of the keys that begin with `prefix` and have no further dot.
Words keys_below(std::string_view prefix) {
  Words names;
  for (const Field& field : fields()) {
    if (!field.key.starts_with(prefix)) continue;
    const std::string_view name = field.key.substr(prefix.size());
    if (name.find('.') == std::string_view::npos) names.emplace_back(name);
  }
  return names;
}

Error unknown_key(const Setting& setting) {
  const Words tables{"store", "workload", "fault", "operation", "expect"};
  const std::string& key = setting.key;
  const std::string table = key.substr(0, key.find('.'));
  if (contains(tables, key))
    return usage(setting.key_where, fmt::format("'{}' is a table: write [{}], then its keys", key, key));
  if (table == key) {
    Words known = keys_below("");
    known.insert(known.end(), tables.begin(), tables.end());
    return usage(setting.key_where, fmt::format("there is no key '{}'{}", key, did_you_mean(key, known)));
  }
  if (table != "workload")
    return usage(setting.key_where,
                 fmt::format("there is no table [{}]{}", table, did_you_mean(table, tables)));
  const std::string name = key.substr(table.size() + 1);
  return usage(setting.key_where, fmt::format("there is no key '{}' in [workload]{}", name,
                                              did_you_mean(name, keys_below("workload."))));
}

Result<void> set_parameter(nemesis::FaultSpec& spec, const std::string& name, const Setting& setting) {
  const nemesis::Kind* kind = nemesis::find_kind(spec.kind);
  if (kind == nullptr)
    return usage(
        setting.key_where,
        fmt::format("'{}': this [[fault]] entry has no kind (entries are counted from 0)", setting.key));
  Words known;
  for (const nemesis::ParameterInfo& parameter : kind->parameters) known.emplace_back(parameter.name);
  if (contains(known, name)) {
    spec.parameters[name] = setting.value;
    return {};
  }
  for (const FaultField& field : fault_fields()) known.emplace_back(field.key);
  return usage(setting.key_where,
               fmt::format("{} has no parameter '{}'{}", spec.kind, name, did_you_mean(name, known)));
}

}  // namespace

std::vector<std::string> node_names(const Experiment& experiment) {
  Words names;
  for (int i = 1; i <= experiment.store.nodes; ++i) names.push_back(fmt::format("n{}", i));
  return names;
}

ExperimentResolver::ExperimentResolver(Experiment base, std::string source)
    : experiment_(std::move(base)), source_(std::move(source)) {}

Result<void> ExperimentResolver::apply_document(std::vector<Setting> settings) {
  // What others refine comes first: the kind of a fault, and the preset of the store.
  std::stable_partition(settings.begin(), settings.end(), [](const Setting& setting) {
    const std::optional<EntryKey> key = entry_key("fault", setting.key);
    return (key && key->name == "kind") || setting.key == "store.preset";
  });
  for (const Setting& setting : settings)
    if (auto applied = apply(setting); !applied) return applied;
  return {};
}

Result<void> ExperimentResolver::apply(const Setting& setting) {
  where_[setting.key] = setting.value_where;
  if (setting.key == "fault" || setting.key.starts_with("fault.")) return apply_fault(setting);
  if (setting.key == "operation" || setting.key.starts_with("operation.")) return apply_operation(setting);
  if (setting.key.starts_with("store.")) return apply_knob(setting);
  if (setting.key.starts_with("expect.")) return apply_expectation(setting);
  for (const Field& field : fields())
    if (field.key == setting.key) return outcome(setting, field.set(experiment_, setting.value));
  return unknown_key(setting);
}

Result<void> ExperimentResolver::apply_knob(const Setting& setting) {
  const std::string name = setting.key.substr(std::string_view("store.").size());
  Words known;
  for (const store::Knob& knob : store::knobs()) known.emplace_back(knob.name);
  if (contains(known, name)) return outcome(setting, set_knob(experiment_.store, name, setting.value));
  if (name == "preset") return apply_preset(setting);
  return usage(setting.key_where,
               fmt::format("there is no key '{}' in [store]{}", name, did_you_mean(name, known)));
}

Result<void> ExperimentResolver::apply_preset(const Setting& setting) {
  const std::string name = to_text(setting.value);
  Words names;
  for (const store::Preset& preset : store::presets()) names.emplace_back(preset.name);
  if (!contains(names, name))
    return outcome(setting, fmt::format("there is no preset '{}'{}", name, did_you_mean(name, names)));
  if (const auto done = store::apply_preset(experiment_.store, name); !done)
    return outcome(setting, done.error().message);
  return {};
}

Result<void> ExperimentResolver::apply_expectation(const Setting& setting) {
  const std::string name = setting.key.substr(std::string_view("expect.").size());
  Words known;
  for (const checker::PropertyInfo& property : checker::properties()) known.emplace_back(property.name);
  if (!contains(known, name))
    return usage(setting.key_where,
                 fmt::format("there is no property '{}'{}", name, did_you_mean(name, known)));
  const std::string value = to_text(setting.value);
  const Words values{"holds", "violated"};
  if (!contains(values, value))
    return outcome(setting, fmt::format("'{}' is no expectation{}", value, did_you_mean(value, values)));
  experiment_.expect[name] = value;
  return {};
}

Result<void> ExperimentResolver::apply_fault(const Setting& setting) {
  const std::optional<EntryKey> key = entry_key("fault", setting.key);
  if (!key)
    return usage(setting.key_where,
                 fmt::format("'{}': every fault is an entry of its own: write [[fault]] in a file, "
                             "--set fault.0.every=2s on the command line",
                             setting.key));
  if (key->entry >= kMostFaults)
    return usage(setting.key_where,
                 fmt::format("'{}': an experiment has at most {} [[fault]] entries, counted from 0",
                             setting.key, kMostFaults));
  if (key->entry >= experiment_.faults.size()) experiment_.faults.resize(key->entry + 1);
  nemesis::FaultSpec& spec = experiment_.faults[key->entry];
  for (const FaultField& field : fault_fields())
    if (field.key == key->name) return outcome(setting, field.set(spec, setting.value));
  return set_parameter(spec, key->name, setting);
}

Result<void> ExperimentResolver::apply_operation(const Setting& setting) {
  const std::optional<EntryKey> key = entry_key("operation", setting.key);
  if (!key)
    return usage(setting.key_where,
                 fmt::format("'{}': every operation of a script is an entry of its own: write [[operation]] "
                             "in a file, --set operation.0.at=2s on the command line",
                             setting.key));
  if (key->entry >= kMostOperations)
    return usage(setting.key_where,
                 fmt::format("'{}': an experiment has at most {} [[operation]] entries, counted from 0",
                             setting.key, kMostOperations));
  if (key->entry >= experiment_.script.size()) experiment_.script.resize(key->entry + 1);
  Words known;
  for (const OperationField& field : operation_fields()) {
    if (field.key == key->name)
      return outcome(setting, field.set(experiment_.script[key->entry], setting.value));
    known.emplace_back(field.key);
  }
  return usage(setting.key_where, fmt::format("there is no key '{}' in [[operation]]{}", key->name,
                                              did_you_mean(key->name, known)));
}

std::string ExperimentResolver::where(const std::vector<std::string>& keys) const {
  for (const std::string& key : keys) {
    // A prefix ("fault.0.") stands for the first of its keys.
    const auto at = where_.lower_bound(key);
    if (at != where_.end() && (at->first == key || (key.ends_with('.') && at->first.starts_with(key))))
      return at->second;
  }
  return source_;
}

Result<void> ExperimentResolver::check_faults() const {
  nemesis::PlanRequest request{1, experiment_.duration, node_names(experiment_), {}, experiment_.faults};
  request.primaries.assign(request.nodes.begin(), request.nodes.begin() + experiment_.store.n);
  for (std::size_t i = 0; i < experiment_.faults.size(); ++i)
    if (experiment_.faults[i].kind.empty())
      return usage(where({fmt::format("fault.{}.", i)}),
                   fmt::format("[[fault]] entry {} has no kind (entries are counted from 0)", i));
  const auto plan = nemesis::draw_plan(request);
  if (plan) return {};
  const nemesis::FaultError& error = plan.error();
  const std::string entry = fmt::format("fault.{}.", error.entry);
  return usage(
      where({entry + error.field, entry + "kind"}),
      fmt::format("{}{} ({}): {}", entry, error.field, experiment_.faults[error.entry].kind, error.message));
}

Result<void> ExperimentResolver::check_operations() const {
  const auto problem = check_script(experiment_, node_names(experiment_));
  if (!problem) return {};
  const std::string entry = fmt::format("operation.{}.", problem->entry);
  return usage(where({entry + problem->field, entry}),
               fmt::format("{}{}: {}", entry, problem->field, problem->message));
}

/// What the workload does not test can neither hold nor be violated.
Result<void> ExperimentResolver::check_expectations() const {
  const auto& tested = workloads::find_workload(experiment_.workload)->properties;
  for (const auto& [property, unused] : experiment_.expect) {
    if (std::find(tested.begin(), tested.end(), property) != tested.end()) continue;
    return usage(where({"expect." + property}),
                 fmt::format("expect.{}: the workload {} does not test it (it tests: {})", property,
                             experiment_.workload, fmt::join(tested, ", ")));
  }
  return {};
}

Result<Experiment> ExperimentResolver::finish() && {
  if (experiment_.load.reads + experiment_.load.deletes > 1)
    return usage(where({"workload.reads", "workload.deletes"}),
                 "workload.reads + workload.deletes must be at most 1");
  if (const auto checked = store::check(experiment_.store); !checked) {
    const std::string key = "store." + checked.error().field;
    return usage(where({key, "store."}), fmt::format("{}: {}", key, checked.error().message));
  }
  if (experiment_.clients.session_tokens && experiment_.store.gc != store::Gc::keep)
    return usage(where({"workload.session_tokens", "store.gc"}),
                 fmt::format("workload.session_tokens does not go with store.gc = {}: a token may tell of a "
                             "tombstone that nobody has any more; set store.gc = keep",
                             store::get(experiment_.store, "gc")));
  if (auto checked = check_faults(); !checked) return checked.error();
  if (auto checked = check_operations(); !checked) return checked.error();
  if (auto checked = check_expectations(); !checked) return checked.error();
  experiment_.load.seed = experiment_.seed;
  return std::move(experiment_);
}

}  // namespace fracas::harness
