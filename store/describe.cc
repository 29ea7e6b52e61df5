#include "store/describe.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace fracas::store {
namespace {

void append(std::string& json, std::uint64_t count) {
  std::array<char, 20> digits{};
  json.append(digits.data(), std::to_chars(digits.begin(), digits.end(), count).ptr);
}

/// (Names of nodes need no escapes.)
std::string siblings_clock(const DvvSet& set, std::span<const std::string> names,
                           const std::optional<Dot>& own) {
  std::string json = R"({"dots":[)";
  json.reserve(32 + 24 * (set.entries().size() + 4));
  const auto add_dot = [&](const Dot& dot) {
    json += '"';
    append(json, dot.actor, names);
    json += ':';
    append(json, dot.counter);
    json += "\",";
  };
  const auto end_list = [&json](char end) {
    if (json.back() == ',') json.pop_back();
    json += end;
  };
  if (own) add_dot(*own);
  for (const Dot& dot : live_dots(set)) {
    if (dot != own) add_dot(dot);
  }
  end_list(']');
  json += R"(,"context":{)";
  for (const auto& [actor, entry] : set.entries()) {
    json += '"';
    append(json, actor, names);
    json += "\":";
    append(json, entry.n);
    json += ',';
  }
  end_list('}');
  return json += '}';
}

/// Length of the UTF-8 sequence at the start of `text`; 0 if it is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) > 0x9f;
  const bool beyond = first == 0xf4 && byte(1) > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string json_quote(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') {
      quoted += {'\\', character};
    } else if (static_cast<std::uint8_t>(character) < 0x20) {
      quoted += {'\\', 'u', '0', '0', digits[character >> 4], digits[character & 0xf]};
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string clock_json(const KeyState& state, std::span<const std::string> names,
                       const std::optional<Dot>& own) {
  if (const auto* set = std::get_if<DvvSet>(&state)) return siblings_clock(*set, names, own);
  const auto* cell = std::get_if<LwwCell>(&state);
  if (cell == nullptr) return "null";
  return "[" + std::to_string(cell->stamp.wall_us) + "," + json_quote(to_string(cell->stamp.actor, names)) +
         "," + std::to_string(cell->stamp.sequence) + "]";
}

std::string replica_json(std::string_view key, const KeyState& state, std::span<const std::string> names) {
  std::string values;
  for (const std::string& value : live_values(state)) {
    if (!values.empty()) values += ',';
    values += value;
  }
  return "{\"key\":" + json_quote(key) + ",\"values\":[" + values +
         "],\"clock\":" + clock_json(state, names) + "}";
}

}  // namespace fracas::store
