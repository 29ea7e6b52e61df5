// disk.wipe: the node comes back with an empty disk, as after its replacement.
#include "nemesis/faults/disk_loss.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) { return {}; }

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  ActiveDiskLoss::Law law;
  law.take = [](Disks& disks, const std::string& node) { return disks.wipe(node); };
  return std::make_unique<ActiveDiskLoss>(fault, around, law);
}

}  // namespace

Kind disk_wipe() {
  return Kind{.name = "disk.wipe",
              .sentence = "the node dies and loses its disk; a restart on an empty one when the fault ends",
              .parameters = {},
              .default_duration = 1'000'000'000,
              .needs = Ability::disks,
              .stops_nodes = true,
              .takes_state = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
