#include "harness/script_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/field_values.h"
#include "harness/setting.h"
#include "harness/suggest.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::json;
using nemesis::Parameter;

constexpr Nanoseconds kDay = 24LL * 3600 * 1'000'000'000;
constexpr std::size_t kLongestKey = 1000;

std::vector<std::string> function_names() {
  using checker::Function;
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Function::txn); ++i)
    names.emplace_back(to_string(static_cast<Function>(i)));
  return names;
}

Problem set_function(ScriptedOperation& operation, const Parameter& value) {
  const std::string name = to_text(value);
  const auto f = checker::function_from(name);
  if (!f) return fmt::format("there is no operation '{}'{}", name, did_you_mean(name, function_names()));
  operation.intent.f = *f;
  return std::nullopt;
}

Problem set_key(ScriptedOperation& operation, const Parameter& value) {
  const auto* key = std::get_if<std::string>(&value);
  if (key == nullptr || key->empty() || key->size() > kLongestKey)
    return fmt::format("must be a text of 1 to {} bytes{}", kLongestKey, is(value));
  operation.intent.key = *key;
  return std::nullopt;
}

/// Kept compact: equal values are equal bytes everywhere.
Problem set_value(ScriptedOperation& operation, const Parameter& value) {
  const Json json = Json::parse(to_text(value), nullptr, false);
  const bool list = std::holds_alternative<std::vector<std::string>>(value);
  if (json.is_discarded() || list)
    return fmt::format("must be the JSON text of a value, such as '\"3-17\"' or '17'{}", is(value));
  operation.intent.value = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return std::nullopt;
}

Problem set_ends(ScriptedOperation& operation, const Parameter& value) {
  const std::string ends = to_text(value);
  const std::vector<std::string> known{"ok", "fail", "info"};
  if (std::find(known.begin(), known.end(), ends) == known.end())
    return fmt::format("'{}' is no end of an operation{}", ends, did_you_mean(ends, known));
  operation.ends = ends;
  return std::nullopt;
}

Problem set_sees(ScriptedOperation& operation, const Parameter& value) {
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr) return fmt::format("must be a list, such as ['\"3-17\"']{}", is(value));
  std::vector<std::string> values;
  for (const std::string& text : *list) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
      return fmt::format("'{}' is not the JSON text of a value, such as '\"3-17\"'", text);
    values.push_back(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  operation.sees = std::move(values);
  return std::nullopt;
}

const auto kFields = std::to_array<OperationField>({
    {"at", "a duration", "when, counted from the begin of the load",
     [](ScriptedOperation& o, const Parameter& v) { return set_duration(o.at, v, 0, kDay); },
     [](const ScriptedOperation& o) { return Json(nemesis::format_duration(o.at)); }},
    {"client", "0 to workload.clients - 1",
     "who; it waits for the client's operation before if that is still open",
     [](ScriptedOperation& o, const Parameter& v) { return set_integer(o.client, v, 0, 999); },
     [](const ScriptedOperation& o) { return Json(o.client); }},
    {"do", "an operation of the workload: read, write, delete, add", "what", set_function,
     [](const ScriptedOperation& o) { return Json(std::string(to_string(o.intent.f))); }},
    {"key", "a text", "on which key", set_key, [](const ScriptedOperation& o) { return Json(o.intent.key); }},
    {"value", "the JSON text of a value: '\"3-17\"'", "what is written or added; no two alike on a key",
     set_value, [](const ScriptedOperation& o) { return Json(o.intent.value); }},
    {"node", "a node's name", "whom the client asks; left out: it chooses",
     [](ScriptedOperation& o, const Parameter& v) { return set_text(o.node, v); },
     [](const ScriptedOperation& o) { return Json(o.node); }},
    {"ends", "ok, fail or info", "how it is expected to end; the run fails if it does not", set_ends,
     [](const ScriptedOperation& o) { return Json(o.ends); }},
    {"sees", "a list of the JSON texts of values: ['\"3-17\"']; [] for nothing",
     "what a read is expected to return, in any order; the run fails if it does not", set_sees,
     [](const ScriptedOperation& o) { return Json(o.sees.value_or(std::vector<std::string>())); }},
});

std::optional<std::pair<std::string, std::string>> problem_of(const ScriptedOperation& operation,
                                                              const Experiment& experiment,
                                                              const std::vector<std::string>& nodes) {
  const workloads::Intent& intent = operation.intent;
  if (operation.client >= experiment.load.clients)
    return std::pair("client", fmt::format("must be below workload.clients, {}, is '{}'",
                                           experiment.load.clients, operation.client));
  if (intent.key.empty()) return std::pair("key", "is missing");
  if (!workloads::find_workload(experiment.workload)->has(intent))
    return std::pair("do", fmt::format("the workload {} has no {} on the key '{}'", experiment.workload,
                                       to_string(intent.f), intent.key));
  const bool changes = intent.f != checker::Function::read && intent.f != checker::Function::remove_key;
  if (changes && intent.value == "null")
    return std::pair("value", fmt::format("is missing: what does the {} write?", to_string(intent.f)));
  if (!changes && intent.value != "null")
    return std::pair("value", fmt::format("a {} writes no value", to_string(intent.f)));
  if (operation.sees && intent.f != checker::Function::read)
    return std::pair(
        "sees", fmt::format("a {} sees nothing that could be expected; read after it", to_string(intent.f)));
  if (!operation.node.empty() && std::find(nodes.begin(), nodes.end(), operation.node) == nodes.end())
    return std::pair(
        "node", fmt::format("there is no node '{}'{}", operation.node, did_you_mean(operation.node, nodes)));
  return std::nullopt;
}

}  // namespace

std::span<const OperationField> operation_fields() { return kFields; }

Json to_json(const ScriptedOperation& operation) {
  Json json;
  for (const OperationField& field : kFields) json[std::string(field.key)] = field.get(operation);
  if (operation.node.empty()) json.erase("node");
  if (operation.intent.value == "null") json.erase("value");
  if (operation.ends.empty()) json.erase("ends");
  if (!operation.sees) json.erase("sees");
  return json;
}

std::optional<ScriptProblem> check_script(const Experiment& experiment,
                                          const std::vector<std::string>& nodes) {
  // What was written twice could not be told apart by any property.
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> written;
  for (std::size_t i = 0; i < experiment.script.size(); ++i) {
    const ScriptedOperation& operation = experiment.script[i];
    if (auto problem = problem_of(operation, experiment, nodes))
      return ScriptProblem{i, std::move(problem->first), std::move(problem->second)};
    const workloads::Intent& intent = operation.intent;
    if (intent.value == "null") continue;
    const auto [before, fresh] =
        written.emplace(std::pair<std::string_view, std::string_view>(intent.key, intent.value), i);
    if (!fresh)
      return ScriptProblem{i, "value",
                           fmt::format("operation.{} writes {} to {} already; every value must be its own",
                                       before->second, intent.value, intent.key)};
  }
  return std::nullopt;
}

}  // namespace fracas::harness
