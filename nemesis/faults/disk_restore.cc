// disk.restore: the node goes back to an old state of its disk, the one when the fault began, as from a
// backup or a snapshot of its machine.
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "nemesis/faults/disk_loss.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) { return {}; }

class ActiveRestore : public ActiveFault {
 public:
  ActiveRestore(const Fault& fault, Surroundings& around) {
    for (const std::string& node : fault.nodes) snapshots_[node] = around.disks.snapshot(node);
  }

  Effect end(Surroundings& around) override {
    LossRecord losses;
    nlohmann::json measured{{"nodes", nlohmann::json::object()}};
    for (const auto& [node, snapshot] : snapshots_) {
      nlohmann::json& entry = measured["nodes"][node];
      const Victim victim(node, around);
      if (victim.killed()) losses.add(around.disks.restore(node, snapshot), entry);
      victim.restart(around, entry);
    }
    losses.write(measured);
    if (losses.records() == 0) measured["why"] = "no node was running that had written anything meanwhile";
    return Effect{.took_effect = losses.records() > 0, .measured = measured.dump()};
  }

 private:
  std::map<std::string, std::uint64_t> snapshots_;
};

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActiveRestore>(fault, around);
}

}  // namespace

Kind disk_restore() {
  return Kind{.name = "disk.restore",
              .sentence = "the node dies at the end and restarts on its disk as it was when the fault began",
              .parameters = {},
              .default_duration = 3'000'000'000,
              .needs = Ability::disks,
              .stops_nodes = true,
              .takes_state = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
