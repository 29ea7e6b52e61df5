#include "harness/sim/sim_disk.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace fracas::harness {

using nemesis::DiskLoss;
using nemesis::Nanoseconds;

void SimDisk::write(const store::Batch& batch, Nanoseconds now) {
  Written written{.before = {}, .at = now, .synced = false};
  written.before.reserve(batch.size());
  for (const auto& [key, record] : batch) {
    const auto found = records_.find(key);
    written.before.emplace_back(
        key, found == records_.end() ? std::nullopt : std::optional(std::move(found->second)));
    if (record && found != records_.end()) {
      found->second = *record;
    } else if (record) {
      records_.emplace(key, *record);
    } else if (found != records_.end()) {
      records_.erase(found);
    }
  }
  log_.push_back(std::move(written));
  ++written_;
  while (synced_ < log_.size() && log_[synced_].at < now - kWriteBack) log_[synced_++].synced = true;
  while (synced_ > kUndoable) {
    log_.pop_front();
    --synced_;
  }
}

void SimDisk::sync(std::uint64_t writes) {
  const std::uint64_t later = written_ - std::min(writes, written_);
  while (synced_ + later < log_.size()) log_[synced_++].synced = true;
}

void SimDisk::undo_last(DiskLoss& loss) {
  Written& last = log_.back();
  if (last.synced) --synced_;
  for (auto change = last.before.rbegin(); change != last.before.rend(); ++change) {
    auto& [key, before] = *change;
    ++loss.records;
    const auto found = records_.find(key);
    if (found != records_.end()) loss.bytes += key.size() + found->second.size();
    if (before) {
      records_[key] = std::move(*before);
    } else if (found != records_.end()) {
      records_.erase(found);
    }
  }
  log_.pop_back();
}

std::uint64_t SimDisk::unsynced() const { return log_.size() - synced_; }

DiskLoss SimDisk::lose_unsynced(std::uint64_t surviving) {
  DiskLoss loss;
  while (unsynced() > surviving) undo_last(loss);
  sync();  // what was not taken is on the disk
  return loss;
}

DiskLoss SimDisk::truncate(std::uint64_t writes) {
  DiskLoss loss;
  for (std::uint64_t i = 0; i < writes && !log_.empty(); ++i) undo_last(loss);
  return loss;
}

DiskLoss SimDisk::flip_bit(std::uint64_t choice) {
  if (records_.empty()) return {};
  auto victim = std::next(records_.begin(), static_cast<std::ptrdiff_t>(choice % records_.size()));
  std::string& record = victim->second;
  if (record.empty()) return {};
  const std::uint64_t bit = (choice >> 32) % (record.size() * 8);
  record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << (bit % 8)));
  damaged_.insert(victim->first);
  return {.records = 1, .bytes = 1};
}

DiskLoss SimDisk::replace(Contents contents, std::set<std::string> damaged) {
  DiskLoss loss;
  for (const auto& [key, record] : records_) {
    const auto kept = contents.find(key);
    if (kept != contents.end() && kept->second == record) continue;
    ++loss.records;
    loss.bytes += key.size() + record.size();
  }
  records_ = std::move(contents);
  log_.clear();
  synced_ = 0;
  damaged_ = std::move(damaged);
  set_aside_ = false;
  return loss;
}

bool SimDisk::set_aside_if_damaged() {
  if (!damaged() && !(set_aside_ && records_.empty())) return false;
  wipe();
  set_aside_ = true;
  return true;
}

void SimDisk::drop_damaged() {
  for (const std::string& key : damaged_) records_.erase(key);
  damaged_.clear();
}

DiskLoss SimDisk::wipe() { return replace({}, {}); }

std::uint64_t SimDisk::snapshot() {
  snapshots_.push_back({records_, damaged_});
  return snapshots_.size() - 1;
}

DiskLoss SimDisk::restore(std::uint64_t snapshot) {
  assert(snapshot < snapshots_.size());
  return replace(snapshots_[snapshot].records, snapshots_[snapshot].damaged);
}

}  // namespace fracas::harness
