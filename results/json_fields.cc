// One function per type of field; a message names the file and the path in it.
#include "results/json_fields.h"

#include <fmt/format.h>

#include <utility>

namespace fracas::results {

using nlohmann::ordered_json;

void Problem::report(const std::string& where, const std::string& what) {
  if (ok()) message_ = where + ": " + what;
}

Fields::Fields(const ordered_json& object, std::string where, Problem& problem)
    : object_(object), where_(std::move(where)), problem_(problem) {
  if (!object.is_object()) report(fmt::format("wanted an object, found {}", object.type_name()));
}

/// "run.json: phases", and within that place "run.json: phases[2].name".
std::string Fields::place_of(std::string_view name) const {
  const bool within = where_.find(": ") != std::string::npos;
  return where_ + (within ? "." : ": ") + std::string(name);
}

bool Fields::has(std::string_view name) const {
  if (!object_.is_object()) return false;
  const auto found = object_.find(std::string(name));
  return found != object_.end() && !found->is_null();
}

const ordered_json* Fields::get(std::string_view name, std::string_view wanted, Is is) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(std::string(name));
  if (found == object_.end()) {
    report(fmt::format("\"{}\" is missing ({})", name, wanted));
    return nullptr;
  }
  if (((*found).*is)()) return &*found;
  problem_.report(place_of(name), fmt::format("wanted {}, found {}", wanted, found->type_name()));
  return nullptr;
}

std::string Fields::text(std::string_view name) const {
  const auto* found = get(name, "a string", &ordered_json::is_string);
  return found ? found->get<std::string>() : std::string();
}

std::int64_t Fields::integer(std::string_view name) const {
  const auto* found = get(name, "an integer", &ordered_json::is_number_integer);
  return found ? found->get<std::int64_t>() : 0;
}

std::uint64_t Fields::natural(std::string_view name) const {
  const auto* found = get(name, "an integer that is not negative", &ordered_json::is_number_unsigned);
  return found ? found->get<std::uint64_t>() : 0;
}

double Fields::number(std::string_view name) const {
  const auto* found = get(name, "a number", &ordered_json::is_number);
  return found ? found->get<double>() : 0;
}

bool Fields::boolean(std::string_view name) const {
  const auto* found = get(name, "true or false", &ordered_json::is_boolean);
  return found && found->get<bool>();
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> result;
  const auto* list = get(name, "an array of strings", &ordered_json::is_array);
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    if ((*list)[i].is_string())
      result.push_back((*list)[i].get<std::string>());
    else
      problem_.report(fmt::format("{}[{}]", place_of(name), i),
                      fmt::format("wanted a string, found {}", (*list)[i].type_name()));
  }
  return result;
}

ordered_json Fields::object(std::string_view name) const {
  const auto* found = get(name, "an object", &ordered_json::is_object);
  return found ? *found : ordered_json::object();
}

std::optional<std::string> Fields::optional_text(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return text(name);
}

}  // namespace fracas::results
