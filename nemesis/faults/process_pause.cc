// process.pause: SIGSTOP, and SIGCONT when the fault ends. To the others a paused node is one whose kernel
// still accepts connections and bytes, and that wakes up later with all of them and an old idea of the time.
#include <map>
#include <nlohmann/json.hpp>

#include "nemesis/kind.h"

namespace fracas::nemesis {

namespace {

struct Sleeper {
  bool tried = false;
  bool paused = false;  ///< and seen as stopped
  std::string why_not;
  std::uint64_t operations_in_flight = 0;
};

class ActivePause : public ActiveFault {
 public:
  ActivePause(const Fault& fault, Surroundings& around) : begun_(around.now) {
    for (const std::string& node : fault.nodes) sleepers_.emplace(node, pause(node, around.nodes));
  }

  Effect end(Surroundings& around) override {
    Effect effect;
    nlohmann::json measured{{"operations_in_flight", 0}, {"nodes", nlohmann::json::object()}};
    std::uint64_t operations = 0;
    for (const auto& [node, sleeper] : sleepers_) {
      nlohmann::json& entry = measured["nodes"][node];
      if (!sleeper.paused) {
        entry = {{"paused", false}, {"why", sleeper.why_not}};
        if (sleeper.tried && around.nodes.state(node) == NodeState::paused) around.nodes.resume(node);
        continue;
      }
      effect.took_effect = true;
      operations += sleeper.operations_in_flight;
      entry = {{"paused", true},
               {"operations_in_flight", sleeper.operations_in_flight},
               {"paused_ms", static_cast<double>(around.now - begun_) / 1e6}};
      if (around.nodes.state(node) != NodeState::paused) {
        entry["why"] = "it was killed or resumed by something else before the fault ended";
      } else if (!around.nodes.resume(node)) {
        entry["why"] = "it was not seen to go on after SIGCONT";
      }
    }
    measured["operations_in_flight"] = operations;
    if (!effect.took_effect) measured["why"] = "no node was running that could be paused";
    effect.measured = measured.dump();
    return effect;
  }

 private:
  static Sleeper pause(const std::string& node, Nodes& nodes) {
    Sleeper sleeper;
    sleeper.operations_in_flight = nodes.operations_in_flight(node);
    const NodeState state = nodes.state(node);
    if (state == NodeState::stopped) {
      sleeper.why_not = "it was not running";
    } else if (state == NodeState::paused) {
      sleeper.why_not = "it was paused already";
    } else {
      sleeper.tried = true;
      sleeper.paused = nodes.pause(node);
      if (!sleeper.paused) sleeper.why_not = "the kernel did not show it as stopped";
    }
    return sleeper;
  }

  Nanoseconds begun_;
  std::map<std::string, Sleeper> sleepers_;
};

FaultResult<void> draw(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) { return {}; }

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActivePause>(fault, around);
}

}  // namespace

Kind process_pause() {
  return Kind{.name = "process.pause",
              .sentence = "SIGSTOP, and SIGCONT when the fault ends",
              .parameters = {},
              .default_duration = 3'000'000'000,  // 1.5 to 4.5 s: longer than every time-out of the store
              .stops_nodes = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
