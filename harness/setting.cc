// Flattens TOML and JSON into settings. The only file that knows toml++.
#include "harness/setting.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace fracas::harness {
namespace {

using nemesis::Parameter;

std::optional<Parameter> scalar(const toml::node& node) {
  if (const auto* boolean = node.as_boolean()) return Parameter(boolean->get());
  if (const auto* integer = node.as_integer()) return Parameter(integer->get());
  if (const auto* real = node.as_floating_point()) return Parameter(real->get());
  if (const auto* text = node.as_string()) return Parameter(text->get());
  return std::nullopt;
}

/// Empty for what no key takes: dates, nested arrays, tables inside arrays.
std::optional<Parameter> value_of(const toml::node& node) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return scalar(node);
  std::vector<std::string> elements;
  for (const toml::node& element : *array) {
    const std::optional<Parameter> value = scalar(element);
    if (!value) return std::nullopt;
    const auto* text = std::get_if<std::string>(&*value);
    elements.push_back(text != nullptr ? *text : to_text(*value));
  }
  return Parameter(std::move(elements));
}

std::string dotted(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

/// Walks a document and remembers where everything stands, so as to give it back in the order of the file.
class Flattener {
 public:
  explicit Flattener(std::string file) : file_(std::move(file)) {}

  void walk(const toml::table& table, const std::string& prefix) {
    for (auto&& [key, node] : table) visit(dotted(prefix, key.str()), key.source().begin, node);
  }

  Result<std::vector<Setting>> finish() && {
    if (error_) return *error_;
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    std::vector<Setting> settings;
    for (Found& found : found_) settings.push_back(std::move(found.setting));
    return settings;
  }

 private:
  struct Found {
    toml::source_position at;
    Setting setting;
  };

  std::string where(const toml::source_position& at) const {
    return fmt::format("{}:{}:{}", file_, at.line, at.column);
  }

  void visit(const std::string& key, const toml::source_position& at, const toml::node& node) {
    if (const toml::table* table = node.as_table()) return walk(*table, key);
    const toml::array* array = node.as_array();
    if (array != nullptr && !array->empty() && array->is_homogeneous(toml::node_type::table)) {
      for (std::size_t i = 0; i < array->size(); ++i)
        walk(*(*array)[i].as_table(), dotted(key, std::to_string(i)));
      return;
    }
    std::optional<Parameter> value = value_of(node);
    if (!value) {
      if (!error_) error_ = unusable(key, node);
      return;
    }
    found_.push_back({at, {key, std::move(*value), where(at), where(node.source().begin)}});
  }

  Error unusable(const std::string& key, const toml::node& node) const {
    return {Exit::usage, fmt::format("{}: '{}' must be a number, a text, true or false, or a list of those",
                                     where(node.source().begin), key)};
  }

  std::string file_;
  std::vector<Found> found_;
  std::optional<Error> error_;
};

std::optional<Parameter> value_of(const nlohmann::json& json) {
  if (json.is_boolean()) return Parameter(json.get<bool>());
  if (json.is_number_integer()) return Parameter(json.get<std::int64_t>());
  if (json.is_number_float()) return Parameter(json.get<double>());
  if (json.is_string()) return Parameter(json.get<std::string>());
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> elements;
  for (const nlohmann::json& element : json) {
    if (element.is_structured()) return std::nullopt;
    elements.push_back(element.is_string() ? element.get<std::string>() : element.dump());
  }
  return Parameter(std::move(elements));
}

bool is_list_of_tables(const nlohmann::json& json) {
  return json.is_array() && !json.empty() &&
         std::all_of(json.begin(), json.end(), [](const nlohmann::json& j) { return j.is_object(); });
}

std::optional<Error> walk_json(const nlohmann::json& json, const std::string& key, std::string_view where,
                               std::vector<Setting>& settings) {
  if (json.is_object() || is_list_of_tables(json)) {
    for (auto it = json.begin(); it != json.end(); ++it) {
      const std::string name = json.is_object() ? it.key() : std::to_string(it - json.begin());
      if (auto error = walk_json(*it, dotted(key, name), where, settings)) return error;
    }
    return std::nullopt;
  }
  std::optional<Parameter> value = value_of(json);
  if (!value) return Error{Exit::usage, fmt::format("{}: '{}' has a value of a wrong type", where, key)};
  settings.push_back({key, std::move(*value), std::string(where), std::string(where)});
  return std::nullopt;
}

struct ToText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
};

}  // namespace

std::string to_text(const Parameter& value) { return std::visit(ToText{}, value); }

Result<std::vector<Setting>> read_toml(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return Error{Exit::usage,
                 fmt::format("{}: there is no such file; `fracas list experiments` shows those that "
                             "come with fracas",
                             file.string())};
  }
  try {
    const toml::table document = toml::parse_file(file.string());
    Flattener flattener(file.string());
    flattener.walk(document, "");
    return std::move(flattener).finish();
  } catch (const toml::parse_error& error) {
    return Error{Exit::usage, fmt::format("{}:{}:{}: {}", file.string(), error.source().begin.line,
                                          error.source().begin.column, error.description())};
  }
}

Setting parse_setting(std::string_view key, std::string_view text) {
  const std::string where = fmt::format("--set {}={}", key, text);
  Setting setting{std::string(key), std::string(text), where, where};
  try {
    const toml::table document = toml::parse(fmt::format("value = {}\n", text));
    const toml::node* node = document.get("value");
    if (document.size() == 1 && node != nullptr && !node->is_table()) {
      if (std::optional<Parameter> value = value_of(*node)) setting.value = std::move(*value);
    }
  } catch (const toml::parse_error&) {
    // Not TOML: a bare word, as one types it on a command line.
  }
  return setting;
}

Result<std::vector<Setting>> settings_from_json(const nlohmann::json& json, std::string_view where) {
  if (!json.is_object()) return Error{Exit::usage, fmt::format("{}: is not a JSON object", where)};
  std::vector<Setting> settings;
  if (auto error = walk_json(json, "", where, settings)) return *error;
  return settings;
}

}  // namespace fracas::harness
