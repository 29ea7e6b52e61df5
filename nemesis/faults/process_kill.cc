// process.kill: kill -9, and a restart on the same data when the fault ends. The page cache survives, so this
// is no power loss: what was written and not yet synced is still there.
#include <map>
#include <nlohmann/json.hpp>

#include "nemesis/kind.h"

namespace fracas::nemesis {

namespace {

struct Victim {
  bool tried = false;
  bool killed = false;  ///< and seen to be gone
  std::string why_not;
  std::uint64_t operations_in_flight = 0;  ///< client operations that its death caught
};

class ActiveKill : public ActiveFault {
 public:
  ActiveKill(const Fault& fault, Surroundings& around) : begun_(around.now) {
    for (const std::string& node : fault.nodes) victims_.emplace(node, kill(node, around.nodes));
  }

  Effect end(Surroundings& around) override {
    Effect effect;
    nlohmann::json measured{{"operations_in_flight", 0}, {"nodes", nlohmann::json::object()}};
    std::uint64_t operations = 0;
    for (const auto& [node, victim] : victims_) {
      nlohmann::json& entry = measured["nodes"][node];
      if (!victim.killed) {
        entry = {{"killed", false}, {"why", victim.why_not}};
        if (victim.tried && around.nodes.state(node) == NodeState::stopped) around.nodes.start(node);
        continue;
      }
      effect.took_effect = true;
      operations += victim.operations_in_flight;
      // Someone else may have started it: the runner when it heals, or a scripted step.
      const bool restarted = around.nodes.state(node) == NodeState::stopped && around.nodes.start(node);
      entry = {{"killed", true},
               {"operations_in_flight", victim.operations_in_flight},
               {"restarted_after_ms", static_cast<double>(around.now - begun_) / 1e6}};
      if (!restarted) entry["why"] = "it was started by something else before the fault ended";
      // In the local world a start takes a while and this is not known yet; a simulated one may be ready at
      // once.
      const auto ready = around.nodes.ready_since(node);
      if (ready) entry["ready_after_ms"] = static_cast<double>(*ready - begun_) / 1e6;
    }
    measured["operations_in_flight"] = operations;
    if (!effect.took_effect) measured["why"] = "no node was running that could be killed";
    effect.measured = measured.dump();
    return effect;
  }

 private:
  static Victim kill(const std::string& node, Nodes& nodes) {
    Victim victim;
    victim.operations_in_flight = nodes.operations_in_flight(node);
    if (nodes.state(node) == NodeState::stopped) {
      victim.why_not = "it was not running";
      return victim;
    }
    victim.tried = true;
    victim.killed = nodes.kill(node) && nodes.state(node) == NodeState::stopped;
    if (!victim.killed) victim.why_not = "the process was not seen to end";
    return victim;
  }

  Nanoseconds begun_;
  std::map<std::string, Victim> victims_;
};

FaultResult<void> draw(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) { return {}; }

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActiveKill>(fault, around);
}

}  // namespace

Kind process_kill() {
  return Kind{.name = "process.kill",
              .sentence = "kill -9, and a restart on the same data when the fault ends",
              .parameters = {},
              .default_duration = 2'000'000'000,  // 1 to 3 s: longer than a client waits
              .one_at_a_time = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
