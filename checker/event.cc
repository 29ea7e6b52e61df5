#include "checker/event.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr std::array<std::string_view, 11> kFunctions = {
    "read", "write", "delete", "add", "remove", "increment", "append", "enqueue", "dequeue", "cas", "txn"};
constexpr std::array<std::string_view, 4> kTypes = {"invoke", "ok", "fail", "info"};

void append_json_field(std::string& out, std::string_view name, std::string_view json) {
  if (json.empty()) return;
  fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
  out += json;
}

void append_text_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
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
  fmt::format_to(std::back_inserter(out), "{{\"index\":{},\"time\":{},\"type\":\"{}\",\"process\":{}",
                 event.index, event.time_ns, to_string(event.type), event.process);
  if (event.session != event.process)
    fmt::format_to(std::back_inserter(out), ",\"session\":{}", event.session);
  fmt::format_to(std::back_inserter(out), ",\"f\":\"{}\"", to_string(event.f));
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
