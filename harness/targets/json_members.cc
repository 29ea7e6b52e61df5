#include "harness/targets/json_members.h"

#include "workloads/json_array.h"

namespace fracas::harness {
namespace {

void skip_blanks(std::string_view& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(start == std::string_view::npos ? text.size() : start);
}

bool skip(std::string_view& text, char expected) {
  skip_blanks(text);
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::string_view> take_value(std::string_view& text) {
  skip_blanks(text);
  const std::size_t length = workloads::json_value_length(text);
  if (length == 0) return std::nullopt;
  const std::string_view value = text.substr(0, length);
  text.remove_prefix(length);
  return value;
}

}  // namespace

std::optional<JsonMembers> json_members(std::string_view text) {
  JsonMembers members;
  if (!skip(text, '{')) return std::nullopt;
  if (skip(text, '}')) return members;
  do {
    const auto name = take_value(text);
    if (!name || name->front() != '"' || !skip(text, ':')) return std::nullopt;
    const auto value = take_value(text);
    if (!value) return std::nullopt;
    members.emplace_back(name->substr(1, name->size() - 2), *value);
  } while (skip(text, ','));
  if (!skip(text, '}')) return std::nullopt;
  return members;
}

std::optional<std::string_view> member_text(const JsonMembers& members, std::string_view name) {
  for (const auto& [member, value] : members) {
    if (member == name) return value;
  }
  return std::nullopt;
}

}  // namespace fracas::harness
