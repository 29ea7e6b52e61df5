// One node's simulated disk: the records as programs see them (the page cache included), and what of it a
// power loss would take.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/surroundings.h"
#include "store/node.h"

namespace fracas::harness {

class SimDisk {
 public:
  /// The kernel writes back by itself what is older.
  static constexpr nemesis::Nanoseconds kWriteBack = 30'000'000'000;
  /// Synced writes that truncate() can still take back.
  static constexpr std::size_t kUndoable = 256;

  std::vector<std::pair<std::string, std::string>> load() const { return {records_.begin(), records_.end()}; }
  /// Into the page cache: it survives the process, not the power.
  void write(const store::Batch&, nemesis::Nanoseconds now);
  /// Everything written so far survives.
  void sync() { sync(written_); }
  /// The first so many writes of its life survive.
  void sync(std::uint64_t writes);
  std::uint64_t written() const { return written_; }

  /// What was not synced goes, but for the first `surviving` of those writes.
  nemesis::DiskLoss lose_unsynced(std::uint64_t surviving);
  std::uint64_t unsynced() const;
  nemesis::DiskLoss truncate(std::uint64_t writes);
  /// `choice` picks the record and the bit.
  nemesis::DiskLoss flip_bit(std::uint64_t choice);
  bool damaged() const { return !damaged_.empty(); }
  /// What a node does with a damaged folder (store/server/damaged_folder.h). False: it was not damaged.
  bool set_aside_if_damaged();
  /// What one does that takes what it cannot read for missing (bug corruption_as_missing).
  void drop_damaged();
  nemesis::DiskLoss wipe();
  std::uint64_t snapshot();
  nemesis::DiskLoss restore(std::uint64_t snapshot);

 private:
  using Contents = std::map<std::string, std::string>;
  struct Written {
    std::vector<std::pair<std::string, std::optional<std::string>>> before;  ///< of what it changed
    nemesis::Nanoseconds at = 0;
    bool synced = false;
  };

  void undo_last(nemesis::DiskLoss&);
  nemesis::DiskLoss replace(Contents, std::set<std::string> damaged);

  Contents records_;
  std::deque<Written> log_;        ///< synced ones first
  std::size_t synced_ = 0;         ///< of the log
  std::uint64_t written_ = 0;      ///< writes so far
  std::set<std::string> damaged_;  ///< keys of records with a wrong checksum
  bool set_aside_ = false;         ///< a damaged one was, and nothing was written since
  struct Snapshot {
    Contents records;
    std::set<std::string> damaged;
  };
  std::vector<Snapshot> snapshots_;
};

}  // namespace fracas::harness
