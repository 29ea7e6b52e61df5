#include "harness/swarm/swarm_run.h"

#include <nlohmann/json.hpp>

namespace fracas::harness {
namespace {

/// Sentences may quote values of any length.
constexpr std::size_t kLongestSentence = 4000;

}  // namespace

std::string to_text(const SwarmRun& run) {
  const nlohmann::ordered_json json = {
      {"seed", run.seed},           {"exit", static_cast<int>(run.exit)},
      {"verdict", run.verdict},     {"sentence", run.sentence.substr(0, kLongestSentence)},
      {"property", run.property},   {"folder", run.folder},
      {"reproduce", run.reproduce}, {"ok", run.ok},
      {"fail", run.fail},           {"info", run.info},
      {"faults", run.faults},       {"world_s", run.world_s},
      {"wall_s", run.wall_s},       {"coverage", run.coverage}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

SwarmRun swarm_run_from(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  SwarmRun run;
  run.seed = json.at("seed");
  run.exit = static_cast<Exit>(json.at("exit").get<int>());
  run.verdict = json.at("verdict");
  run.sentence = json.at("sentence");
  run.property = json.at("property");
  run.folder = json.at("folder");
  run.reproduce = json.at("reproduce");
  run.ok = json.at("ok");
  run.fail = json.at("fail");
  run.info = json.at("info");
  run.faults = json.at("faults").get<std::map<std::string, std::uint64_t>>();
  run.world_s = json.at("world_s");
  run.wall_s = json.at("wall_s");
  run.coverage = json.at("coverage").get<std::vector<std::string>>();
  return run;
}

}  // namespace fracas::harness
