#include "nemesis/faults/disk_loss.h"

#include <nlohmann/json.hpp>

namespace fracas::nemesis {

void LossRecord::add(const DiskLoss& loss, nlohmann::json& entry) {
  sum_.records += loss.records;
  sum_.bytes += loss.bytes;
  entry["records_lost"] = loss.records;
  entry["bytes_lost"] = loss.bytes;
}

void LossRecord::write(nlohmann::json& measured) const {
  measured["records_lost"] = sum_.records;
  measured["bytes_lost"] = sum_.bytes;
}

ActiveDiskLoss::ActiveDiskLoss(const Fault& fault, Surroundings& around, const Law& law)
    : death_is_enough_(law.death_is_enough) {
  for (const std::string& node : fault.nodes) {
    Taken& taken = nodes_.emplace_back(Taken{.victim = Victim(node, around), .loss = {}});
    if (taken.victim.killed()) taken.loss = law.take(around.disks, node);
  }
}

Effect ActiveDiskLoss::end(Surroundings& around) {
  bool any_killed = false;
  LossRecord losses;
  nlohmann::json measured{{"nodes", nlohmann::json::object()}};
  for (const auto& [victim, loss] : nodes_) {
    nlohmann::json& entry = measured["nodes"][victim.node()];
    if (victim.killed()) losses.add(loss, entry);
    victim.restart(around, entry);
    any_killed = any_killed || victim.killed();
  }
  losses.write(measured);
  Effect effect;
  effect.took_effect = losses.records() > 0 || (any_killed && death_is_enough_);
  if (!any_killed) {
    measured["why"] = "no node was running that could be killed";
  } else if (!effect.took_effect) {
    measured["why"] = "nothing was on the disk that could be taken";
  }
  effect.measured = measured.dump();
  return effect;
}

}  // namespace fracas::nemesis
