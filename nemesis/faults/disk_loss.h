// What the faults have in common that take something from the disk of a node that is down: kill it, take it
// away, start it on what is left when the fault ends.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nemesis/faults/victim.h"
#include "nemesis/kind.h"

namespace fracas::nemesis {

/// What was lost, summed over the nodes, for the measured effect.
class LossRecord {
 public:
  /// Into the node's own entry, and the sum.
  void add(const DiskLoss&, nlohmann::json& entry);
  std::uint64_t records() const { return sum_.records; }
  void write(nlohmann::json& measured) const;

 private:
  DiskLoss sum_;
};

class ActiveDiskLoss : public ActiveFault {
 public:
  struct Law {
    std::function<DiskLoss(Disks&, const std::string& node)> take;
    /// It took effect on a node that died even if nothing was there to be lost.
    bool death_is_enough = false;
  };

  ActiveDiskLoss(const Fault&, Surroundings&, const Law&);
  Effect end(Surroundings&) override;

 private:
  struct Taken {
    Victim victim;
    DiskLoss loss;
  };

  bool death_is_enough_;
  std::vector<Taken> nodes_;
};

}  // namespace fracas::nemesis
