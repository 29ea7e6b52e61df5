// process.kill: kill -9, and a restart on the same data when the fault ends. The page cache survives, so this
// is no power loss: what was written and not yet synced is still there.
#include <nlohmann/json.hpp>

#include "nemesis/faults/victim.h"
#include "nemesis/kind.h"

namespace fracas::nemesis {

namespace {

class ActiveKill : public ActiveFault {
 public:
  ActiveKill(const Fault& fault, const Surroundings& around) {
    for (const std::string& node : fault.nodes) victims_.emplace_back(node, around);
  }

  Effect end(Surroundings& around) override {
    Effect effect;
    nlohmann::json measured{{"operations_in_flight", 0}, {"nodes", nlohmann::json::object()}};
    std::uint64_t operations = 0;
    for (const Victim& victim : victims_) {
      victim.restart(around, measured["nodes"][victim.node()]);
      if (!victim.killed()) continue;
      effect.took_effect = true;
      operations += victim.operations_in_flight();
    }
    measured["operations_in_flight"] = operations;
    if (!effect.took_effect) measured["why"] = "no node was running that could be killed";
    effect.measured = measured.dump();
    return effect;
  }

 private:
  std::vector<Victim> victims_;
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
              .stops_nodes = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
