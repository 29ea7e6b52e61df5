// disk.power-loss: the machine loses its power. The process is gone, and so is what it wrote and did not
// sync.
#include "nemesis/faults/disk_loss.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto torn = draw_flag(spec.parameters, "torn", random);
  if (!torn) return torn.error();
  fault.parameters = {{"torn", *torn}};
  return {};
}

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const auto read = read_flag(fault.parameters, "torn");
  const bool torn = read && read->value_or(false);
  ActiveDiskLoss::Law law;
  law.take = [torn](Disks& disks, const std::string& node) { return disks.lose_unsynced(node, torn); };
  law.death_is_enough =
      true;  // a store that syncs before it answers has little to lose, and is tested by that
  return std::make_unique<ActiveDiskLoss>(fault, around, law);
}

}  // namespace

Kind disk_power_loss() {
  return Kind{.name = "disk.power-loss",
              .sentence = "the power goes: everything not synced is lost; a restart when the fault ends",
              .parameters = {{"torn", "true | false", "drawn",
                              "a random part of what was not synced survives, the last piece of it broken"}},
              .default_duration = 1'500'000'000,
              .needs = Ability::disks,
              .stops_nodes = true,
              .draw = draw,
              .begin = begin};
}

}  // namespace fracas::nemesis
