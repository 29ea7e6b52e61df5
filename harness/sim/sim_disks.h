// The disks of the simulated nodes, with the faults in force on each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/sim/chance.h"
#include "harness/sim/sim_disk.h"
#include "harness/sim/timeline.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

class SimDisks : public nemesis::Disks {
 public:
  SimDisks(Timeline&, const Chance&, std::vector<std::string> nodes);

  SimDisk& of(std::size_t node) { return disks_[node].disk; }
  const SimDisk& of(std::size_t node) const { return disks_[node].disk; }
  /// What goes wrong with a write, or with a sync, now ("No space left on device"); empty: nothing.
  std::string write_error(std::size_t node);
  std::string sync_error(std::size_t node);
  /// How long writing and syncing take now.
  nemesis::Nanoseconds write_time(std::size_t node);
  nemesis::Nanoseconds sync_time(std::size_t node);

  std::uint64_t impose(const std::string& node, const nemesis::DiskRule&) override;
  void lift(std::uint64_t handle) override;
  nemesis::DiskCounters counters(const std::string& node) const override;
  nemesis::DiskLoss lose_unsynced(const std::string& node, bool torn) override;
  nemesis::DiskLoss truncate(const std::string& node, std::uint64_t writes) override;
  nemesis::DiskLoss flip_bits(const std::string& node, std::uint64_t records) override;
  bool damaged(const std::string& node) const override;
  nemesis::DiskLoss wipe(const std::string& node) override;
  std::uint64_t snapshot(const std::string& node) override;
  nemesis::DiskLoss restore(const std::string& node, std::uint64_t snapshot) override;

 private:
  struct Disk {
    SimDisk disk;
    std::map<std::uint64_t, nemesis::DiskRule> rules;
    nemesis::DiskCounters counters;
  };

  std::size_t index(const std::string& node) const;
  Disk& named(const std::string& node) { return disks_[index(node)]; }
  std::uint64_t bits(const std::string& node, std::uint64_t nth = 0) const;

  Timeline& timeline_;
  Chance chance_;
  std::vector<std::string> names_;
  std::vector<Disk> disks_;
  std::map<std::uint64_t, std::size_t> rules_;  ///< handle -> disk
  std::uint64_t next_handle_ = 1;
};

}  // namespace fracas::harness
