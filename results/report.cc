// Builds the report object: one function per block, in the order of its keys.
#include "results/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "results/operations.h"
#include "results/run_folder.h"
#include "results/staleness.h"
#include "results/witness.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

constexpr int kSchemaVersion = 1;

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }
double milliseconds(std::uint32_t us) { return static_cast<double>(us) / 1e3; }
ordered_json seconds_or_null(const std::optional<std::int64_t>& ns) {
  return ns ? ordered_json(seconds(*ns)) : ordered_json(nullptr);
}

ordered_json latency_json(const std::optional<Latency>& latency) {
  ordered_json json;
  json["p50"] = latency ? ordered_json(milliseconds(latency->p50_us)) : ordered_json(nullptr);
  json["p99"] = latency ? ordered_json(milliseconds(latency->p99_us)) : ordered_json(nullptr);
  json["max"] = latency ? ordered_json(milliseconds(latency->max_us)) : ordered_json(nullptr);
  return json;
}

ordered_json operations_json(const OperationSummary& summary) {
  ordered_json json;
  json["total"] = summary.all.total();
  json["ok"] = summary.all.ok;
  json["fail"] = summary.all.fail;
  json["info"] = summary.all.info;
  json["per_second"] = std::round(summary.per_second * 10) / 10;
  json["latency_ms"] = latency_json(summary.latency);
  json["by_function"] = ordered_json::object();
  for (const auto& [function, outcomes] : summary.by_function)
    json["by_function"][function] = {{"ok", outcomes.ok}, {"fail", outcomes.fail}, {"info", outcomes.info}};
  json["errors"] = ordered_json::array();
  for (const auto& [error, count] : summary.errors)
    json["errors"].push_back({{"error", error}, {"count", count}});
  return json;
}

Read<ordered_json> properties_json(const RunFolder& folder, const checker::History& history) {
  ordered_json list = ordered_json::array();
  if (!folder.verdicts) return {boost::system::in_place_value, std::move(list)};
  for (const VerdictRecord& verdict : *folder.verdicts) {
    ordered_json json;
    json["name"] = verdict.name;
    json["promise"] = verdict.promise;
    json["promise_reason"] = verdict.promise_reason;
    json["result"] = verdict.result;
    json["reason"] = verdict.reason;
    json["expected"] = verdict.expected;
    json["count"] = verdict.count;
    json["checked"] = verdict.checked;
    json["seconds"] = verdict.seconds;
    json["witnesses"] = ordered_json::array();
    for (const WitnessRecord& record : verdict.witnesses) {
      auto witness = witness_json(record, history);
      if (!witness) return ReadError{fmt::format("{}: {}", verdict.name, witness.error().message)};
      json["witnesses"].push_back(std::move(*witness));
    }
    list.push_back(std::move(json));
  }
  return {boost::system::in_place_value, std::move(list)};
}

ordered_json faults_json(const FaultLog& log) {
  ordered_json list = ordered_json::array();
  for (const FaultRecord& fault : log.faults) {
    ordered_json json;
    json["kind"] = fault.kind;
    json["target"] = fault.target;
    json["start_s"] = seconds(fault.begin_ns);
    json["end_s"] = seconds_or_null(fault.end_ns);
    json["effect"] = fault.effect;
    json["took_effect"] = fault.took_effect;
    json["id"] = fault.id;
    json["parameters"] = fault.parameters;
    list.push_back(std::move(json));
  }
  return list;
}

/// The property decides, where it was judged; how long it took is the settlement's.
ordered_json convergence_json(const RunFolder& folder) {
  ordered_json json = {{"converged", nullptr}, {"seconds", nullptr}, {"reason", ""}};
  if (const auto& settlement = folder.run.settlement) {
    json["seconds"] = settlement->seconds;
    json["reason"] = settlement->reason;
    if (!settlement->exchanges_completed || settlement->hints_pending > 0) json["converged"] = false;
  }
  if (!folder.verdicts) return json;
  for (const VerdictRecord& verdict : *folder.verdicts) {
    if (verdict.name != "convergence") continue;
    if (verdict.result == "holds") json["converged"] = true;
    if (verdict.result == "violated") json["converged"] = false;
  }
  return json;
}

checker::staleness::Measurement staleness_of(const RunFolder& folder, const checker::History& history) {
  checker::Evidence evidence;
  evidence.conflict = folder.run.conflict;
  return checker::staleness::measure(checker::Case(history, evidence));
}

ordered_json phases_json(const RunInfo& run) {
  ordered_json list = ordered_json::array();
  for (const Phase& phase : run.phases)
    list.push_back({{"name", phase.name},
                    {"begin_s", seconds(phase.begin_ns)},
                    {"end_s", seconds_or_null(phase.end_ns)}});
  return list;
}

ordered_json node_exits_json(const FaultLog& log) {
  ordered_json list = ordered_json::array();
  for (const NodeExit& exit : log.exits)
    list.push_back({{"node", exit.node},
                    {"status", exit.status},
                    {"time_s", seconds(exit.time_ns)},
                    {"output", exit.output}});
  return list;
}

ordered_json environment_json(const RunFolder& folder) {
  std::map<std::string, std::int64_t> largest_skew;
  for (const SkewReading& reading : folder.log.skews) {
    std::int64_t& largest = largest_skew[reading.node];
    if (std::abs(reading.skew_ns) > std::abs(largest)) largest = reading.skew_ns;
  }
  ordered_json json;
  json["version"] = folder.run.version;
  json["name"] = folder.run.name;
  json["nodes"] = folder.run.nodes;
  json["started_utc"] = folder.run.started_utc;
  json["conflict"] = folder.run.conflict;
  json["largest_skew_ms"] = ordered_json::object();
  for (const auto& [node, skew_ns] : largest_skew)
    json["largest_skew_ms"][node] = static_cast<double>(skew_ns / 1000) / 1e3;
  return json;
}

ordered_json series_json(const OperationSummary& summary) {
  ordered_json json;
  json["bucket_s"] = summary.bucket_seconds;
  for (const char* name : {"ok", "fail", "info", "p50_ms", "p99_ms", "max_ms"})
    json[name] = ordered_json::array();
  for (const Bucket& bucket : summary.buckets) {
    json["ok"].push_back(bucket.outcomes.ok);
    json["fail"].push_back(bucket.outcomes.fail);
    json["info"].push_back(bucket.outcomes.info);
    ordered_json latency = latency_json(bucket.latency);
    json["p50_ms"].push_back(latency["p50"]);
    json["p99_ms"].push_back(latency["p99"]);
    json["max_ms"].push_back(latency["max"]);
  }
  return json;
}

std::int64_t end_of(const RunInfo& run) {
  std::int64_t end = 0;
  for (const Phase& phase : run.phases) end = std::max(end, phase.end_ns.value_or(phase.begin_ns));
  return end;
}

/// A run that ended before its first operation has no history.
Read<checker::History> history_of(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return checker::HistoryBuilder().finish();
  auto history = checker::read_history(file);
  if (!history) return ReadError{history.error().to_string()};
  return {boost::system::in_place_value, std::move(*history)};
}

ordered_json assemble(const RunFolder& folder, const checker::History& history, ordered_json properties) {
  const OperationSummary summary = sum_up(history, end_of(folder.run));
  ordered_json report;
  report["schema"] = kSchemaVersion;
  report["verdict"] = "error";
  report["reason"] = "The run has not been judged.";
  report["reproduce"] = folder.run.reproduce;
  report["experiment"] = folder.experiment;
  report["seed"] = folder.run.seed;
  report["world"] = folder.run.world;
  report["operations"] = operations_json(summary);
  report["properties"] = std::move(properties);
  report["faults"] = faults_json(folder.log);
  report["convergence"] = convergence_json(folder);
  report["staleness"] = staleness_json(staleness_of(folder, history), history);
  report["planned_faults"] = folder.planned_faults;
  report["phases"] = phases_json(folder.run);
  report["notes"] = folder.run.notes;
  report["node_exits"] = node_exits_json(folder.log);
  report["environment"] = environment_json(folder);
  report["series"] = series_json(summary);
  return report;
}

}  // namespace

boost::system::result<ordered_json, std::string> build_report(const std::filesystem::path& run_folder) {
  const auto failure = [](std::string message) {
    return boost::system::result<ordered_json, std::string>(boost::system::in_place_error,
                                                            std::move(message));
  };
  const auto folder = read_run_folder(run_folder);
  if (!folder) return failure(folder.error().message);
  const auto history = history_of(run_folder / "history.jsonl");
  if (!history) return failure(history.error().message);
  auto properties = properties_json(*folder, *history);
  if (!properties)
    return failure(
        fmt::format("{}: {}", (run_folder / "verdicts.json").string(), properties.error().message));
  return {boost::system::in_place_value, assemble(*folder, *history, std::move(*properties))};
}

}  // namespace fracas::results
