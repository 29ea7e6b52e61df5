// Reads the small documents of a run folder.
#include "harness/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace fracas::harness {
namespace {

using Json = nlohmann::json;

Error bad(const std::filesystem::path& file, std::string_view message) {
  return {Exit::usage, fmt::format("{}: {}", file.string(), message)};
}

/// Where a parser stopped, as line:column.
std::string place(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 = 0
  return fmt::format("{}:{}", line, before.size() - line_begin + 1);
}

checker::Settlement settlement(const Json& json) {
  checker::Settlement result;
  result.exchanges_completed = json.at("exchanges_completed").get<bool>();
  result.nothing_left = json.value("nothing_left", false);
  result.hints_pending = json.at("hints_pending").get<std::uint64_t>();
  result.seconds = json.at("seconds").get<double>();
  result.reason = json.value("reason", std::string());
  return result;
}

checker::IdleTime idle_time(const Json& json) {
  checker::IdleTime result;
  result.complete = json.at("complete").get<bool>();
  result.seconds = json.at("seconds").get<double>();
  for (const Json& work : json.at("nodes"))
    result.nodes.push_back({work.at("node").get<std::string>(), work.at("changes").get<std::uint64_t>(),
                            work.at("repairs").get<std::uint64_t>()});
  return result;
}

bool present(const Json& json, const char* key) { return json.contains(key) && !json.at(key).is_null(); }

RunFacts facts_of(const Json& json) {
  RunFacts facts;
  facts.nodes = json.at("nodes").get<std::vector<std::string>>();
  facts.seed = json.at("seed").get<std::uint64_t>();
  facts.wall_start_us = json.value("wall_start_us", std::int64_t{0});
  facts.reproduce = json.value("reproduce", std::string());
  facts.conflict = json.value("conflict", std::string());
  facts.ended = present(json, "phases") && !json.at("phases").empty();
  facts.interrupted = json.value("interrupted", false);
  if (facts.ended && present(json, "events")) facts.events = json.at("events").get<std::uint64_t>();
  if (facts.ended) {
    for (const Json& phase : json.at("phases")) {
      const auto name = phase.at("name").get<std::string>();
      if (name == "steady") facts.load_began_ns = phase.at("begin_ns").get<std::int64_t>();
      if (name == "torment") facts.torment_began_ns = phase.at("begin_ns").get<std::int64_t>();
    }
  }
  if (present(json, "error")) facts.error = json.at("error").get<std::string>();
  if (present(json, "settlement")) facts.settlement = settlement(json.at("settlement"));
  if (present(json, "idle")) facts.idle = idle_time(json.at("idle"));
  return facts;
}

}  // namespace

Result<Json> read_document(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (std::error_code ignored; !in && std::filesystem::exists(file.parent_path() / "swarm.json", ignored))
    return bad(file.parent_path(),
               "is the folder of many runs; name one of those that it keeps, such as seed-1");
  if (!in) return bad(file, "cannot be read; a run folder has experiment.json, run.json and history.jsonl");
  std::ostringstream buffer;
  buffer << in.rdbuf();
  const std::string text = buffer.str();
  try {
    Json json = Json::parse(text);
    if (!json.is_object()) return bad(file, "must be a JSON object");
    return Result<Json>(boost::system::in_place_value, std::move(json));
  } catch (const Json::parse_error& error) {
    return Error{Exit::usage,
                 fmt::format("{}:{}: is not JSON{}", file.string(), place(text, error.byte),
                             error.byte > text.size() ? ": it ends too early (truncated?)" : "")};
  }
}

Result<RunFacts> read_run_facts(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.json";
  const Result<Json> json = read_document(file);
  if (!json) return json.error();
  try {
    return facts_of(*json);
  } catch (const Json::exception& error) {
    return bad(file, fmt::format("is not a run.json: {}", error.what()));
  }
}

Result<Experiment> read_experiment_json(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "experiment.json";
  const Result<Json> json = read_document(file);
  if (!json) return json.error();
  Result<Experiment> experiment = experiment_from_json(*json);
  if (!experiment) return Error{Exit::usage, (folder / experiment.error().message).string()};
  return experiment;
}

Result<std::size_t> read_planned_faults(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "plan.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::size_t{0};
  const Result<Json> json = read_document(file);
  if (!json) return json.error();
  if (!json->contains("faults") || !json->at("faults").is_array()) return bad(file, "has no list of faults");
  return json->at("faults").size();
}

}  // namespace fracas::harness
