#include "harness/experiment_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "harness/experiment_fields.h"
#include "harness/script_fields.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::json;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// In single quotes if that spares escapes: '"3-17"'.
std::string quoted(const std::string& text) {
  const bool controls = std::any_of(text.begin(), text.end(), is_control);
  const bool escapes = text.find_first_of("\"\\") != std::string::npos;
  if (!controls && escapes && text.find('\'') == std::string::npos) return "'" + text + "'";
  std::string out = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string toml_value(const Json& value) {
  if (value.is_string()) return quoted(value.get<std::string>());
  if (!value.is_array()) return value.dump();  // numbers and truth values are written alike
  std::vector<std::string> elements;
  for (const Json& element : value) elements.push_back(toml_value(element));
  return fmt::format("[{}]", fmt::join(elements, ", "));
}

/// Names of parameters and properties; others would need quotes.
std::string toml_key(const std::string& key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), bare) ? key : quoted(key);
}

std::string line(const std::string& key, const Json& value) {
  return fmt::format("{} = {}\n", toml_key(key), toml_value(value));
}

/// "rate = 200" reads better than "200.0", and means the same to every key of the table.
Json plain(const Json& value) {
  constexpr double kExact = 1e15;
  if (!value.is_number_float()) return value;
  const double number = value.get<double>();
  if (std::floor(number) != number || std::fabs(number) > kExact) return value;
  return static_cast<std::int64_t>(number);
}

/// Keys of one table ("" for the top level) that are not as usual.
std::string fields_text(const Experiment& e, const Experiment& usual, const std::string& prefix) {
  std::string text;
  for (const Field& field : fields()) {
    const std::string key(field.key);
    if (!key.starts_with(prefix) || key.find('.', prefix.size()) != std::string::npos) continue;
    const bool always = key == "name" || key == "workload.kind";
    const Json value = field.get(e);
    if (always || value != field.get(usual)) text += line(key.substr(prefix.size()), plain(value));
  }
  return text;
}

std::string table_text(const std::string& name, const std::string& lines) {
  return lines.empty() ? "" : fmt::format("\n[{}]\n{}", name, lines);
}

std::string store_text(const store::Config& config, const store::Config& usual) {
  std::string text;
  for (const store::Knob& knob : store::knobs()) {
    const Json value = get_knob(config, knob.name);
    if (value != get_knob(usual, knob.name)) text += line(std::string(knob.name), value);
  }
  return text;
}

std::string fault_text(const nemesis::FaultSpec& spec) {
  const nemesis::FaultSpec usual;
  std::string text = "\n[[fault]]\n";
  for (const FaultField& field : fault_fields()) {
    const bool always = field.key == "kind" || field.key == "target";
    const Json value = field.get(spec);
    if (always || value != field.get(usual)) text += line(std::string(field.key), value);
  }
  for (const auto& [name, value] : spec.parameters) text += line(name, to_json(value));
  return text;
}

/// A line for each operation, in columns.
std::string script_text(const std::vector<ScriptedOperation>& script) {
  if (script.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths(operation_fields().size(), 0);
  for (const ScriptedOperation& operation : script) {
    const Json json = to_json(operation);
    std::vector<std::string>& row = rows.emplace_back();
    for (const OperationField& field : operation_fields()) {
      const auto found = json.find(std::string(field.key));
      row.push_back(found == json.end() ? "" : fmt::format("{} = {}, ", field.key, toml_value(*found)));
      widths[row.size() - 1] = std::max(widths[row.size() - 1], row.back().size());
    }
  }
  std::string text = "\noperation = [\n";
  for (const std::vector<std::string>& row : rows) {
    std::string cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells += fmt::format("{:<{}}", row[i], widths[i]);
    cells.erase(cells.find_last_not_of(", ") + 1);
    text += fmt::format("  {{ {} }},\n", cells);
  }
  return text + "]\n";
}

}  // namespace

std::string to_toml(const Experiment& e, const std::string& comments) {
  const Experiment usual;
  std::string text;
  std::istringstream lines(comments);
  for (std::string comment; std::getline(lines, comment);) {
    std::replace_if(comment.begin(), comment.end(), is_control, '?');
    text += comment.empty() ? "#\n" : "# " + comment + '\n';
  }
  if (!text.empty()) text += '\n';
  // Keys of no table come before the first table.
  text += fields_text(e, usual, "") + script_text(e.script);
  text += table_text("store", store_text(e.store, usual.store));
  text += table_text("workload", fields_text(e, usual, "workload."));
  for (const nemesis::FaultSpec& spec : e.faults) text += fault_text(spec);
  std::string expectations;
  for (const auto& [property, expected] : e.expect) expectations += line(property, expected);
  return text + table_text("expect", expectations);
}

}  // namespace fracas::harness
