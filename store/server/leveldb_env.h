// The file layer under LevelDB, stricter than the one it ships with:
//  - tables are read with pread: mapped into memory, an I/O error would be a SIGBUS;
//  - a file that was created or renamed is in its directory durably before the call returns, and a log is
//    synced before it is closed, so that only the last log can be torn;
//  - logs are checked when they are opened (log_check.h): a torn end of the last one is left out, and so is
//    that of the list of tables if the log that it needs is there (descriptor_check.h); anything else is a
//    corruption that names the file;
//  - after a failed write or sync every further one fails too: what a log holds behind a part of a record
//  could
//    not be read again. After a write a new Env may open the folder; after a sync nothing is known of it.
#pragma once

#include <leveldb/env.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>

namespace fracas::store {

class LevelDbEnv final : public leveldb::EnvWrapper {
 public:
  explicit LevelDbEnv(leveldb::Env* base) : EnvWrapper(base) {}

  leveldb::Status NewSequentialFile(const std::string& path, leveldb::SequentialFile** file) override;
  leveldb::Status NewRandomAccessFile(const std::string& path, leveldb::RandomAccessFile** file) override;
  leveldb::Status NewWritableFile(const std::string& path, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& path, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;

  /// What was written to logs before is durable on return. LevelDB's own way, a synced write, makes all other
  /// writers wait for it.
  leveldb::Status sync_logs();
  enum class Call { write, sync };
  /// The first failed call, for good. LevelDB makes them from two threads.
  leveldb::Status failure() const;
  /// A sync has failed, first or later.
  bool sync_failed() const;
  leveldb::Status remember(Call, leveldb::Status);

 private:
  leveldb::Status wrap(leveldb::Status, const std::string& path, leveldb::WritableFile** file);
  leveldb::Status checked_log(const std::string& path, leveldb::SequentialFile** file);

  class Descriptor;
  leveldb::Status follow_log(const std::string& path);

  mutable std::mutex mutex_;
  /// Of the present log and of the one before, which may be about to be closed. Opened with the log: one that
  /// is opened later need not hear of an error from before.
  std::array<std::shared_ptr<const Descriptor>, 2> logs_;
  leveldb::Status failure_;
  bool sync_failed_ = false;
};

}  // namespace fracas::store
