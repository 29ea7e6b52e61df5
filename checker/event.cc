#include "checker/event.h"

#include <array>
#include <charconv>
#include <utility>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr std::array<std::string_view, 11> kFunctions = {
    "read", "write", "delete", "add", "remove", "increment", "append", "enqueue", "dequeue", "cas", "txn"};
constexpr std::array<std::string_view, 4> kTypes = {"invoke", "ok", "fail", "info"};

// A simulation writes a million lines in a few seconds: no format strings here.

void append_name(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

void append_number(std::string& out, std::string_view name, std::int64_t number) {
  append_name(out, name);
  std::array<char, 20> digits{};
  out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
}

/// Of those that need no escapes.
void append_word(std::string& out, std::string_view name, std::string_view word) {
  append_name(out, name);
  out += '"';
  out += word;
  out += '"';
}

void append_json_field(std::string& out, std::string_view name, std::string_view json) {
  if (json.empty()) return;
  append_name(out, name);
  out += json;
}

void append_text_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  append_name(out, name);
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
  append_number(out, "index", static_cast<std::int64_t>(event.index));
  out[begin] = '{';
  append_number(out, "time", event.time_ns);
  append_word(out, "type", to_string(event.type));
  append_number(out, "process", event.process);
  if (event.session != event.process) append_number(out, "session", event.session);
  append_word(out, "f", to_string(event.f));
  append_text_field(out, "key", event.key);
  append_json_field(out, "value", event.value.empty() ? "null" : std::string_view(event.value));
  append_json_field(out, "saw", event.saw);
  append_json_field(out, "siblings", event.siblings);
  append_text_field(out, "node", event.node);
  if (event.final) out += ",\"final\":true";
  append_text_field(out, "error", event.error);
  append_json_field(out, "context", event.context);
  append_json_field(out, "clock", event.clock);
  out += "}\n";
}

}  // namespace fracas::checker
