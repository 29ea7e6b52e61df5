// A fault as JSON, one entry of plan.json, both ways.
#include "nemesis/fault.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace fracas::nemesis {

namespace {

using nlohmann::json;

FaultError wrong(const std::string& field, const std::string& what) {
  return FaultError{.field = field, .message = "in a plan's fault, \"" + field + "\" must be " + what};
}

FaultResult<std::vector<std::string>> texts_from_json(const json& value, const std::string& field) {
  std::vector<std::string> texts;
  if (!value.is_array()) return wrong(field, "a list of texts");
  for (const json& entry : value) {
    if (!entry.is_string()) return wrong(field, "a list of texts");
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

FaultResult<Parameter> parameter_from_json(const json& value, const std::string& field) {
  if (value.is_boolean()) return Parameter(value.get<bool>());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return wrong(field, "below 2^63");
  if (value.is_number_integer()) return Parameter(value.get<std::int64_t>());
  if (value.is_number_float()) return Parameter(value.get<double>());
  if (value.is_string()) return Parameter(value.get<std::string>());
  auto texts = texts_from_json(value, field);
  if (!texts) return wrong(field, "a truth value, a number, a text or a list of texts");
  return Parameter(std::move(*texts));
}

/// A field that is a whole number in [0, limit].
FaultResult<std::int64_t> number_from_json(const json& fault, const std::string& field, std::int64_t limit) {
  const auto found = fault.find(field);
  if (found == fault.end() || !found->is_number_integer()) return wrong(field, "a whole number");
  const auto number = found->get<std::int64_t>();
  if (number < 0 || number > limit) return wrong(field, "in 0.." + std::to_string(limit));
  return number;
}

}  // namespace

json to_json(const Fault& fault) {
  json parameters = json::object();
  for (const auto& [name, value] : fault.parameters) {
    std::visit([&, key = name](const auto& plain) { parameters[key] = plain; }, value);
  }
  return json{{"id", fault.id},          {"kind", fault.kind},
              {"nodes", fault.nodes},    {"parameters", std::move(parameters)},
              {"start_ns", fault.start}, {"duration_ns", fault.duration}};
}

FaultResult<Fault> fault_from_json(const json& value) {
  if (!value.is_object()) return FaultError{.field = "", .message = "a plan's fault must be a JSON object"};
  Fault fault;
  const auto id = number_from_json(value, "id", UINT32_MAX);
  if (!id) return id.error();
  fault.id = static_cast<std::uint32_t>(*id);
  const auto start = number_from_json(value, "start_ns", INT64_MAX / 2);
  if (!start) return start.error();
  fault.start = *start;
  const auto duration = number_from_json(value, "duration_ns", INT64_MAX / 2);
  if (!duration) return duration.error();
  fault.duration = *duration;
  const auto kind = value.find("kind");
  if (kind == value.end() || !kind->is_string()) return wrong("kind", "a text");
  fault.kind = kind->get<std::string>();
  auto nodes = texts_from_json(value.value("nodes", json()), "nodes");
  if (!nodes) return nodes.error();
  fault.nodes = std::move(*nodes);
  const json parameters = value.value("parameters", json::object());
  if (!parameters.is_object()) return wrong("parameters", "an object");
  for (const auto& [name, plain] : parameters.items()) {
    auto parameter = parameter_from_json(plain, name);
    if (!parameter) return parameter.error();
    fault.parameters.emplace(name, std::move(*parameter));
  }
  return fault;
}

}  // namespace fracas::nemesis
