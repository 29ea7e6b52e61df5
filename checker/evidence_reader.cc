// The shells that read faults.jsonl and replicas.jsonl (formats: results/README.md).
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>

#include "checker/evidence.h"
#include "checker/json_lines.h"

namespace fracas::checker {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// The named field's element, or the error that it is missing.
LineError find_field(const dom::object& object, std::string_view name, dom::element& out) {
  return object.at_key(name).get(out) ? fmt::format("{} is missing", name) : LineError{};
}

LineError required_text(const dom::object& object, std::string_view name, std::string& out) {
  dom::element element;
  if (LineError error = find_field(object, name, element); !error.empty()) return error;
  return take_text(name, element, out);
}

LineError required_integer(const dom::object& object, std::string_view name, std::int64_t low,
                           std::int64_t& out) {
  dom::element element;
  if (LineError error = find_field(object, name, element); !error.empty()) return error;
  return take_integer(name, element, low, kHighest, out);
}

LineError required_texts(const dom::object& object, std::string_view name, std::vector<std::string>& out) {
  dom::element element;
  if (LineError error = find_field(object, name, element); !error.empty()) return error;
  return take_texts(name, element, out);
}

/// Text or whole number: the name that ties the end of a fault to its beginning.
LineError required_id(const dom::object& object, std::string& out) {
  dom::element element;
  if (LineError error = find_field(object, "id", element); !error.empty()) return error;
  if (!element.is_string() && !element.is_int64())
    return wrong_type("id", "a text or a whole number", element);
  return take_json(element, out);
}

struct Skew {
  std::string node;
  std::int64_t time_ns = 0;
  std::int64_t skew_ns = 0;
};

/// Collects the lines of faults.jsonl.
class FaultLog {
 public:
  LineError line(const dom::object& object);
  std::vector<FaultWindow> finish() &&;

 private:
  LineError begin(const dom::object&);
  LineError end(const dom::object&);
  LineError skew(const dom::object&);
  LineError node_exit(const dom::object&);

  std::vector<FaultWindow> windows_;
  std::map<std::string, std::size_t> open_;  ///< by id
  std::vector<Skew> skews_;
};

LineError FaultLog::line(const dom::object& object) {
  std::string event;
  if (LineError error = required_text(object, "event", event); !error.empty()) return error;
  if (event == "begin") return begin(object);
  if (event == "end") return end(object);
  if (event == "skew") return skew(object);
  if (event == "node-exit") return node_exit(object);
  return fmt::format("event is \"{}\", expected begin, end, skew or node-exit", event);
}

LineError FaultLog::begin(const dom::object& object) {
  FaultWindow window;
  std::string id;
  if (LineError error = required_id(object, id); !error.empty()) return error;
  if (LineError error = required_text(object, "kind", window.kind); !error.empty()) return error;
  if (LineError error = required_texts(object, "target", window.nodes); !error.empty()) return error;
  if (LineError error = required_integer(object, "time_ns", kLowest, window.begin_ns); !error.empty())
    return error;
  window.end_ns = kHighest;
  if (!open_.emplace(id, windows_.size()).second)
    return fmt::format("fault {} begins while it is under way", id);
  windows_.push_back(std::move(window));
  return {};
}

LineError FaultLog::end(const dom::object& object) {
  std::string id;
  if (LineError error = required_id(object, id); !error.empty()) return error;
  const auto open = open_.find(id);
  if (open == open_.end()) return fmt::format("fault {} ends but has not begun", id);
  FaultWindow& window = windows_[open->second];
  if (LineError error = required_integer(object, "time_ns", kLowest, window.end_ns); !error.empty())
    return error;
  if (window.end_ns < window.begin_ns) return fmt::format("fault {} ends before it begins", id);
  dom::element element;
  if (LineError error = find_field(object, "took_effect", element); !error.empty()) return error;
  if (LineError error = take_flag("took_effect", element, window.took_effect); !error.empty()) return error;
  if (LineError error = find_field(object, "effect", element); !error.empty()) return error;
  if (!element.is_object()) return wrong_type("effect", "an object", element);
  open_.erase(open);
  return take_json(element, window.effect);
}

LineError FaultLog::skew(const dom::object& object) {
  Skew skew;
  if (LineError error = required_text(object, "node", skew.node); !error.empty()) return error;
  if (LineError error = required_integer(object, "time_ns", kLowest, skew.time_ns); !error.empty())
    return error;
  if (LineError error = required_integer(object, "skew_ns", kLowest, skew.skew_ns); !error.empty())
    return error;
  skews_.push_back(std::move(skew));
  return {};
}

LineError FaultLog::node_exit(const dom::object& object) {
  FaultWindow window;
  std::string node;
  if (LineError error = required_text(object, "node", node); !error.empty()) return error;
  if (LineError error = required_integer(object, "time_ns", kLowest, window.begin_ns); !error.empty())
    return error;
  window.kind = "node-exit";
  window.nodes = {std::move(node)};
  window.end_ns = window.begin_ns;
  window.took_effect = true;
  windows_.push_back(std::move(window));
  return {};
}

std::vector<FaultWindow> FaultLog::finish() && {
  for (FaultWindow& window : windows_) {
    if (!window.kind.starts_with("clock.")) continue;
    for (const Skew& skew : skews_) {
      const bool aimed = std::find(window.nodes.begin(), window.nodes.end(), skew.node) != window.nodes.end();
      if (!aimed || skew.time_ns < window.begin_ns || skew.time_ns > window.end_ns) continue;
      if (!window.skew_ns || std::abs(skew.skew_ns) > std::abs(*window.skew_ns))
        window.skew_ns = skew.skew_ns;
    }
  }
  return std::move(windows_);
}

LineError to_replica(std::string_view node, const dom::element& element, ReplicaState& replica) {
  dom::object object;
  if (element.get(object)) return wrong_type(fmt::format("replicas.{}", node), "an object", element);
  replica.node = node;
  dom::element field;
  if (LineError error = find_field(object, "values", field); !error.empty()) return error;
  dom::array values;
  if (field.get(values)) return wrong_type(fmt::format("replicas.{}.values", node), "an array", field);
  for (const dom::element value : values) take_json(value, replica.values.emplace_back());
  if (object.at_key("clock").get(field) || field.is_null()) return {};
  if (LineError error = take_json(field, replica.clock); !error.empty()) return error;
  if (parse_stamp(replica.clock) || is_causal_clock(replica.clock)) return {};
  return fmt::format(
      "replicas.{}.clock is {}, expected [stamp, \"actor\", sequence], an object of dots and context, or "
      "null",
      node, replica.clock);
}

LineError to_dump(const dom::object& object, KeyDump& dump) {
  if (LineError error = required_text(object, "key", dump.key); !error.empty()) return error;
  if (LineError error = required_texts(object, "homes", dump.homes); !error.empty()) return error;
  dom::element element;
  if (LineError error = find_field(object, "replicas", element); !error.empty()) return error;
  dom::object replicas;
  if (element.get(replicas)) return wrong_type("replicas", "an object of node names", element);
  for (const auto field : replicas) {
    if (LineError error = to_replica(field.key, field.value, dump.replicas.emplace_back()); !error.empty())
      return error;
  }
  return {};
}

}  // namespace

InputResult<std::vector<FaultWindow>> read_faults(const std::filesystem::path& faults_jsonl) {
  FaultLog log;
  const auto read = for_each_line(faults_jsonl, [&](const dom::object& object) { return log.line(object); });
  if (!read) return read.error();
  return std::move(log).finish();
}

InputResult<std::vector<KeyDump>> read_dumps(const std::filesystem::path& replicas_jsonl) {
  std::vector<KeyDump> dumps;
  std::map<std::string, std::size_t> seen;
  const auto read = for_each_line(replicas_jsonl, [&](const dom::object& object) -> LineError {
    KeyDump& dump = dumps.emplace_back();
    if (LineError error = to_dump(object, dump); !error.empty()) return error;
    return seen.emplace(dump.key, dumps.size()).second ? LineError{}
                                                       : fmt::format("key {} appears twice", dump.key);
  });
  if (!read) return read.error();
  return dumps;
}

}  // namespace fracas::checker
