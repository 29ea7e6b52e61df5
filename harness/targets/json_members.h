// The members of a JSON object as texts, found by brackets and quotes alone: answers of the store are taken
// apart for every operation, and most of their parts go into the history as they are.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace fracas::harness {

/// Views into the text. Names as written, without quotes (escapes are not resolved).
using JsonMembers = std::vector<std::pair<std::string_view, std::string_view>>;

/// Empty if `text` is not an object. Blanks are allowed between tokens.
std::optional<JsonMembers> json_members(std::string_view text);
std::optional<std::string_view> member_text(const JsonMembers&, std::string_view name);

}  // namespace fracas::harness
