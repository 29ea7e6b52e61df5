// The shell that reads history.jsonl: fields to an Event, events to the builder.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "checker/history.h"
#include "checker/json_lines.h"

namespace fracas::checker {
namespace {

namespace dom = simdjson::dom;

enum Field : std::uint8_t {
  kIndex,
  kTime,
  kType,
  kProcess,
  kSession,
  kF,
  kKey,
  kValue,
  kSaw,
  kSiblings,
  kNode,
  kFinal,
  kError,
  kContext,
  kClock,
  kFields
};
constexpr std::array<std::string_view, kFields> kNames = {"index", "time",  "type",  "process", "session",
                                                          "f",     "key",   "value", "saw",     "siblings",
                                                          "node",  "final", "error", "context", "clock"};
constexpr std::array<Field, 5> kRequired = {kIndex, kTime, kType, kProcess, kF};

template <typename Integer>
LineError take_number(Field field, const dom::element& element, Integer& out) {
  std::int64_t number = 0;
  constexpr auto kHigh = std::is_same_v<Integer, std::int32_t> ? std::numeric_limits<std::int32_t>::max()
                                                               : std::numeric_limits<std::int64_t>::max();
  LineError error = take_integer(kNames[field], element, 0, kHigh, number);
  out = static_cast<Integer>(number);
  return error;
}

LineError take_type(const dom::element& element, EventType& out) {
  std::string name;
  if (LineError error = take_text("type", element, name); !error.empty()) return error;
  const auto type = event_type_from(name);
  if (!type) return fmt::format("type is \"{}\", expected invoke, ok, fail or info", name);
  out = *type;
  return {};
}

LineError take_function(const dom::element& element, Function& out) {
  std::string name;
  if (LineError error = take_text("f", element, name); !error.empty()) return error;
  const auto f = function_from(name);
  if (!f) {
    return fmt::format(
        "f is \"{}\", expected read, write, delete, add, remove, increment, append, enqueue, dequeue, cas, "
        "txn "
        "or generate",
        name);
  }
  out = *f;
  return {};
}

LineError take_siblings(const dom::element& element, std::string& out) {
  if (!element.is_array()) return wrong_type("siblings", "an array of values", element);
  return take_json(element, out);
}

LineError take_field(Field field, const dom::element& element, Event& event) {
  switch (field) {
    case kIndex:
      return take_number(field, element, event.index);
    case kTime:
      return take_number(field, element, event.time_ns);
    case kType:
      return take_type(element, event.type);
    case kProcess:
      return take_number(field, element, event.process);
    case kSession:
      return take_number(field, element, event.session);
    case kF:
      return take_function(element, event.f);
    case kKey:
      return take_text("key", element, event.key);
    case kValue:
      return take_json(element, event.value);
    case kSaw:
      return take_json(element, event.saw);
    case kSiblings:
      return take_siblings(element, event.siblings);
    case kNode:
      return take_text("node", element, event.node);
    case kFinal:
      return take_flag("final", element, event.final);
    case kError:
      return take_text("error", element, event.error);
    case kContext:
      return take_json(element, event.context);
    case kClock:
      return take_json(element, event.clock);
    case kFields:
      break;
  }
  return {};
}

void clear(Event& event) {
  for (std::string* text :
       {&event.key, &event.saw, &event.siblings, &event.node, &event.error, &event.context, &event.clock}) {
    text->clear();
  }
  event.value = "null";
  event.final = false;
}

LineError to_event(const dom::object& object, Event& event) {
  clear(event);
  std::uint32_t seen = 0;
  for (const auto field : object) {
    const auto name = std::find(kNames.begin(), kNames.end(), field.key);
    if (name == kNames.end()) continue;  // of a later version of the format
    const auto which = static_cast<Field>(name - kNames.begin());
    if ((seen & 1U << which) != 0) return fmt::format("{} appears twice", *name);
    seen |= 1U << which;
    if (LineError error = take_field(which, field.value, event); !error.empty()) return error;
  }
  for (const Field field : kRequired) {
    if ((seen & 1U << field) == 0) return fmt::format("{} is missing", kNames[field]);
  }
  if ((seen & 1U << kSession) == 0) event.session = event.process;
  return {};
}

/// Half of the file's lines: what a complete history has of operations.
std::size_t estimated_operations(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return 0;
  std::vector<char> chunk(1 << 16);
  std::size_t lines = 0;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    lines += static_cast<std::size_t>(
        std::count(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
  }
  return lines / 2 + 64;
}

}  // namespace

InputResult<History> read_history(const std::filesystem::path& file) {
  HistoryBuilder builder;
  builder.expect_operations(estimated_operations(file));
  Event event;
  const auto read = for_each_line(file, [&](const dom::object& object) -> LineError {
    if (LineError error = to_event(object, event); !error.empty()) return error;
    auto added = builder.add(event);
    return added ? LineError{} : std::move(added).error();
  });
  if (!read) return read.error();
  return std::move(builder).finish();
}

}  // namespace fracas::checker
