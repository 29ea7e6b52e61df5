// For worlds that cannot do everything: a network without Ability::packets, and disks without Ability::disks.
// Plans that need more are refused before a run begins, so that a call is a broken invariant.
#pragma once

#include <cstdlib>
#include <string>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

class LinksOnly : public Network {
 public:
  std::uint64_t impose(const std::string&, const std::string&, const LinkRule&) final { std::abort(); }
  void lift(std::uint64_t) final { std::abort(); }
  void reset(const std::string&, const std::string&) final { std::abort(); }
};

class NoDisks : public Disks {
 public:
  std::uint64_t impose(const std::string&, const DiskRule&) final { std::abort(); }
  void lift(std::uint64_t) final { std::abort(); }
  DiskCounters counters(const std::string&) const final { std::abort(); }
  DiskLoss lose_unsynced(const std::string&, bool) final { std::abort(); }
  DiskLoss truncate(const std::string&, std::uint64_t) final { std::abort(); }
  DiskLoss flip_bits(const std::string&, std::uint64_t) final { std::abort(); }
  bool damaged(const std::string&) const final { std::abort(); }
  DiskLoss wipe(const std::string&) final { std::abort(); }
  std::uint64_t snapshot(const std::string&) final { std::abort(); }
  DiskLoss restore(const std::string&, std::uint64_t) final { std::abort(); }
};

}  // namespace fracas::nemesis
