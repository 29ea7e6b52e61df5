#include "checker/event.h"

#include <array>
#include <charconv>
#include <utility>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr std::array<std::string_view, 12> kFunctions = {"read",    "write",     "delete", "add",
                                                         "remove",  "increment", "append", "enqueue",
                                                         "dequeue", "cas",       "txn",    "generate"};
constexpr std::array<std::string_view, 4> kTypes = {"invoke", "ok", "fail", "info"};

// A simulation writes a million lines in a few seconds: no format strings here, and a name comes as it is
// written, comma, quotes and colon included.

void append_number(std::string& out, std::string_view name, std::int64_t number) {
  out += name;
  std::array<char, 20> digits{};
  out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
}

/// Of those that need no escapes.
void append_word(std::string& out, std::string_view name, std::string_view word) {
  out += name;
  out += '"';
  out += word;
  out += '"';
}

void append_json_field(std::string& out, std::string_view name, std::string_view json) {
  if (json.empty()) return;
  out += name;
  out += json;
}

void append_text_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += name;
  append_json_string(out, text);
}

}  // namespace

std::string_view to_string(Function f) { return kFunctions.at(static_cast<std::size_t>(f)); }

std::string_view to_string(EventType type) { return kTypes.at(static_cast<std::size_t>(type)); }

std::optional<Function> function_from(std::string_view name) {
  for (std::size_t i = 0; i < kFunctions.size(); ++i) {
    if (kFunctions[i] == name) return static_cast<Function>(i);
  }
  return std::nullopt;
}

std::optional<EventType> event_type_from(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == name) return static_cast<EventType>(i);
  }
  return std::nullopt;
}

void append_line(std::string& out, const Event& event) {
  const std::size_t begin = out.size();
  append_number(out, R"(,"index":)", static_cast<std::int64_t>(event.index));
  out[begin] = '{';
  append_number(out, R"(,"time":)", event.time_ns);
  append_word(out, R"(,"type":)", to_string(event.type));
  append_number(out, R"(,"process":)", event.process);
  if (event.session != event.process) append_number(out, R"(,"session":)", event.session);
  append_word(out, R"(,"f":)", to_string(event.f));
  append_text_field(out, R"(,"key":)", event.key);
  append_json_field(out, R"(,"value":)", event.value.empty() ? "null" : std::string_view(event.value));
  append_json_field(out, R"(,"saw":)", event.saw);
  append_json_field(out, R"(,"siblings":)", event.siblings);
  append_text_field(out, R"(,"node":)", event.node);
  if (event.final) out += R"(,"final":true)";
  append_text_field(out, R"(,"error":)", event.error);
  append_json_field(out, R"(,"context":)", event.context);
  append_json_field(out, R"(,"clock":)", event.clock);
  out += "}\n";
}

}  // namespace fracas::checker
