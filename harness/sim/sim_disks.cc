#include "harness/sim/sim_disks.h"

#include <algorithm>
#include <cassert>

namespace fracas::harness {
namespace {

using nemesis::DiskLoss;
using nemesis::DiskRule;
using nemesis::Nanoseconds;
using Of = Chance::Of;

// An SSD's, roughly.
constexpr Nanoseconds kWriteTime = 10'000;
constexpr Nanoseconds kLeastSyncTime = 200'000;
constexpr Nanoseconds kSyncSpread = 800'000;

}  // namespace

SimDisks::SimDisks(Timeline& timeline, const Chance& chance, std::vector<std::string> nodes)
    : timeline_(timeline), chance_(chance), names_(std::move(nodes)), disks_(names_.size()) {}

std::string SimDisks::write_error(std::size_t node) {
  Disk& disk = disks_[node];
  for (const auto& [handle, rule] : disk.rules) {
    if (!rule.full && !rule.write_errors) continue;
    ++disk.counters.errors_returned;
    return rule.full ? "write: No space left on device" : "write: Input/output error";
  }
  return {};
}

std::string SimDisks::sync_error(std::size_t node) {
  Disk& disk = disks_[node];
  for (const auto& [handle, rule] : disk.rules) {
    if (!rule.sync_errors) continue;
    ++disk.counters.errors_returned;
    return "fsync: Input/output error";
  }
  return {};
}

Nanoseconds SimDisks::write_time(std::size_t node) {
  Disk& disk = disks_[node];
  Nanoseconds slow = 0;
  for (const auto& [handle, rule] : disk.rules) slow += rule.slow_write;
  if (slow > 0) ++disk.counters.slowed;
  return kWriteTime + slow;
}

Nanoseconds SimDisks::sync_time(std::size_t node) {
  Disk& disk = disks_[node];
  Nanoseconds slow = 0;
  for (const auto& [handle, rule] : disk.rules) slow += rule.slow_sync;
  if (slow > 0) ++disk.counters.slowed;
  return kLeastSyncTime + slow + chance_.below(kSyncSpread, Of::sync, node, timeline_.now());
}

std::uint64_t SimDisks::impose(const std::string& node, const DiskRule& rule) {
  const std::uint64_t handle = next_handle_++;
  named(node).rules.emplace(handle, rule);
  rules_.emplace(handle, index(node));
  return handle;
}

void SimDisks::lift(std::uint64_t handle) {
  const auto found = rules_.find(handle);
  assert(found != rules_.end());
  disks_[found->second].rules.erase(handle);
  rules_.erase(found);
}

nemesis::DiskCounters SimDisks::counters(const std::string& node) const {
  return disks_[index(node)].counters;
}

/// A torn log keeps some of its beginning; the batch at the tear has a wrong checksum and does not count.
DiskLoss SimDisks::lose_unsynced(const std::string& node, bool torn) {
  SimDisk& disk = named(node).disk;
  return disk.lose_unsynced(torn ? bits(node) % (disk.unsynced() + 1) : 0);
}

DiskLoss SimDisks::truncate(const std::string& node, std::uint64_t writes) {
  return named(node).disk.truncate(writes);
}

DiskLoss SimDisks::flip_bits(const std::string& node, std::uint64_t records) {
  DiskLoss loss;
  for (std::uint64_t i = 0; i < records; ++i) {
    const DiskLoss one = named(node).disk.flip_bit(bits(node, i));
    loss.records += one.records;
    loss.bytes += one.bytes;
  }
  return loss;
}

bool SimDisks::damaged(const std::string& node) const { return disks_[index(node)].disk.damaged(); }
DiskLoss SimDisks::wipe(const std::string& node) { return named(node).disk.wipe(); }
std::uint64_t SimDisks::snapshot(const std::string& node) { return named(node).disk.snapshot(); }
DiskLoss SimDisks::restore(const std::string& node, std::uint64_t snapshot) {
  return named(node).disk.restore(snapshot);
}

std::size_t SimDisks::index(const std::string& node) const {
  const auto found = std::find(names_.begin(), names_.end(), node);
  assert(found != names_.end());
  return static_cast<std::size_t>(found - names_.begin());
}

std::uint64_t SimDisks::bits(const std::string& node, std::uint64_t nth) const {
  return chance_.bits(Of::disk, index(node), timeline_.now(), nth);
}

}  // namespace fracas::harness
