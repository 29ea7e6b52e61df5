// Reads faults.jsonl: pairs begin and end lines of faults; node exits and skew readings stand for themselves.
#include <fmt/format.h>

#include <map>
#include <sstream>

#include "results/json_fields.h"
#include "results/run_folder.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

class LogReader {
 public:
  LogReader(FaultLog& log, Problem& problem) : log_(log), problem_(problem) {}

  void line(const ordered_json& object, const std::string& where) {
    const Fields fields(object, where, problem_);
    const std::string event = fields.text("event");
    if (!problem_.ok()) return;
    if (event == "begin")
      begin(fields);
    else if (event == "end")
      end(fields);
    else if (event == "node-exit")
      node_exit(fields, object);
    else if (event == "skew")
      log_.skews.push_back({.node = fields.text("node"),
                            .time_ns = fields.integer("time_ns"),
                            .skew_ns = fields.integer("skew_ns")});
    else
      fields.report(fmt::format("unknown event \"{}\"; known are begin, end, node-exit, skew", event));
  }

 private:
  void begin(const Fields& fields) {
    FaultRecord fault;
    fault.id = fields.natural("id");
    fault.kind = fields.text("kind");
    fault.target = fields.texts("target");
    fault.parameters = fields.has("parameters") ? fields.object("parameters") : ordered_json::object();
    fault.begin_ns = fields.integer("time_ns");
    if (!open_.emplace(fault.id, log_.faults.size()).second)
      fields.report(fmt::format("fault {} begins a second time", fault.id));
    log_.faults.push_back(std::move(fault));
  }

  void end(const Fields& fields) {
    const std::uint64_t id = fields.natural("id");
    const auto found = open_.find(id);
    if (found == open_.end()) {
      fields.report(fmt::format("fault {} ends but never began", id));
      return;
    }
    FaultRecord& fault = log_.faults[found->second];
    if (fault.end_ns) fields.report(fmt::format("fault {} ends a second time", id));
    fault.end_ns = fields.integer("time_ns");
    fault.effect = fields.object("effect");
    fault.took_effect = fields.boolean("took_effect");
  }

  /// The status is a text ("signal 6") or a number (exit code).
  void node_exit(const Fields& fields, const ordered_json& object) {
    NodeExit exit;
    exit.node = fields.text("node");
    exit.time_ns = fields.integer("time_ns");
    exit.output = fields.optional_text("output").value_or("");
    if (object.contains("status") && object["status"].is_number_integer())
      exit.status = fmt::format("exit code {}", object["status"].get<std::int64_t>());
    else
      exit.status = fields.text("status");
    log_.exits.push_back(std::move(exit));
  }

  FaultLog& log_;
  Problem& problem_;
  std::map<std::uint64_t, std::size_t> open_;
};

}  // namespace

Read<FaultLog> read_fault_log(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  FaultLog log;
  Problem problem;
  LogReader reader(log, problem);
  std::istringstream lines(*text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const auto object = parse_json(line, file.string(), number);
    if (!object) return object.error();
    reader.line(*object, fmt::format("{}:{}", file.string(), number));
    if (!problem.ok()) return ReadError{problem.message()};
  }
  return log;
}

}  // namespace fracas::results
