#include "harness/run_summary.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "harness/line_file.h"
#include "harness/version.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string utc(std::int64_t wall_us) {
  const std::chrono::sys_time<std::chrono::seconds> moment{std::chrono::seconds(wall_us / 1'000'000)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

Json to_json(const std::vector<PhaseRecord>& phases) {
  Json list = Json::array();
  for (const PhaseRecord& phase : phases) {
    list.push_back({{"name", phase.name}, {"begin_ns", phase.begin_ns}, {"end_ns", phase.end_ns}});
  }
  return list;
}

Json to_json(const std::optional<checker::Settlement>& settlement) {
  if (!settlement) return nullptr;
  return {{"exchanges_completed", settlement->exchanges_completed},
          {"nothing_left", settlement->nothing_left},
          {"hints_pending", settlement->hints_pending},
          {"seconds", settlement->seconds},
          {"reason", settlement->reason}};
}

Json to_json(const std::optional<checker::IdleTime>& idle) {
  if (!idle) return nullptr;
  Json nodes = Json::array();
  for (const checker::NodeWork& work : idle->nodes)
    nodes.push_back({{"node", work.node}, {"changes", work.changes}, {"repairs", work.repairs}});
  return {{"complete", idle->complete}, {"seconds", idle->seconds}, {"nodes", std::move(nodes)}};
}

}  // namespace

Result<void> write_run_summary(const std::filesystem::path& run_json, const Experiment& experiment,
                               const RunSummary& summary) {
  const Json document = {{"version", kVersion},
                         {"name", experiment.name},
                         {"seed", experiment.seed},
                         {"world", to_string(experiment.world)},
                         {"reproduce", summary.reproduce},
                         {"nodes", summary.nodes},
                         {"started_utc", utc(summary.wall_start_us)},
                         {"wall_start_us", summary.wall_start_us},
                         {"phases", to_json(summary.phases)},
                         {"interrupted", summary.interrupted},
                         {"error", summary.error ? Json(summary.error->message) : Json(nullptr)},
                         {"notes", summary.notes},
                         {"settlement", to_json(summary.settlement)},
                         {"idle", to_json(summary.idle)},
                         {"coverage", summary.coverage},
                         {"events", summary.events},
                         {"conflict", store::get(experiment.store, "conflict")}};
  return write_file(run_json, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace fracas::harness
