#include "store/server/leveldb_storage.h"

#include <fmt/format.h>
#include <leveldb/db.h>
#include <leveldb/options.h>
#include <leveldb/table.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "store/server/leveldb_env.h"

namespace fracas::store {
namespace {

using leveldb::Status;

class NoLog final : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

class LevelDbStorage final : public Storage {
 public:
  explicit LevelDbStorage(std::string folder) : folder_(std::move(folder)) {}

  Status open() {
    db_.reset();
    env_ = std::make_unique<LevelDbEnv>(leveldb::Env::Default());
    leveldb::Options options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    options.env = env_.get();
    options.info_log = &no_log_;
    options.max_open_files = 100;
    options.compression = leveldb::kNoCompression;
    leveldb::DB* db = nullptr;
    const Status status = leveldb::DB::Open(options, folder_, &db);
    db_.reset(db);
    return status;
  }

  boost::system::result<Records, StorageError> load() override {
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    options.fill_cache = false;
    const std::unique_ptr<leveldb::Iterator> at(db_->NewIterator(options));
    Records records;
    for (at->SeekToFirst(); at->Valid(); at->Next())
      records.emplace_back(at->key().ToString(), at->value().ToString());
    if (!at->status().ok()) return error(at->status());
    return records;
  }

  boost::system::result<void, StorageError> apply(const Batch& batch, bool sync) override {
    leveldb::WriteBatch writes;
    for (const auto& [key, record] : batch) {
      if (record)
        writes.Put(key, *record);
      else
        writes.Delete(key);
    }
    leveldb::WriteOptions options;
    options.sync = sync;
    Status status = db_->Write(options, &writes);
    // A table or a directory that failed behind LevelDB's back (a log synced as it was closed) counts too.
    if (status.ok()) status = env_->failure();
    if (!status.ok()) return error(status);
    return {};
  }

  boost::system::result<void, StorageError> sync() override {
    if (const Status status = env_->sync_logs(); !status.ok()) return error(status);
    return {};
  }

  boost::system::result<void, StorageError> reopen() override {
    if (const Status status = open(); !status.ok()) return error(status);
    return apply({{"", std::nullopt}}, true);  // of a record that never is
  }

  StorageError error(const Status& status) {
    return {.message = describe(status),
            .damaged = status.IsCorruption(),
            .refused = !status.IsCorruption() && !env_->failure().ok() && !env_->sync_failed()};
  }

 private:
  /// LevelDB's words, and the damaged table where they name none.
  std::string describe(const Status& status) {
    std::string text = fmt::format("storage {}: {}", folder_, status.ToString());
    if (status.IsCorruption())
      for (const std::string& table : unreadable_tables()) text += "; damaged: " + table;
    return text;
  }

  std::vector<std::string> unreadable_tables() {
    std::vector<std::string> names;
    env_->GetChildren(folder_, &names);
    std::sort(names.begin(), names.end());
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(".ldb") || readable(name); });
    return names;
  }

  bool readable(const std::string& name) {
    const std::string path = folder_ + "/" + name;
    std::uint64_t size = 0;
    leveldb::RandomAccessFile* file = nullptr;
    if (!env_->GetFileSize(path, &size).ok() || !env_->NewRandomAccessFile(path, &file).ok()) return false;
    const std::unique_ptr<leveldb::RandomAccessFile> owned_file(file);
    leveldb::Options options;
    options.paranoid_checks = true;
    leveldb::Table* table = nullptr;
    if (!leveldb::Table::Open(options, file, size, &table).ok()) return false;
    const std::unique_ptr<leveldb::Table> owned_table(table);
    leveldb::ReadOptions reading;
    reading.verify_checksums = true;
    const std::unique_ptr<leveldb::Iterator> at(table->NewIterator(reading));
    for (at->SeekToFirst(); at->Valid();) at->Next();
    return at->status().ok();
  }

  std::string folder_;
  NoLog no_log_;
  std::unique_ptr<LevelDbEnv> env_;
  std::unique_ptr<leveldb::DB> db_;  ///< uses both: goes first; null while reopen() fails
};

}  // namespace

boost::system::result<std::unique_ptr<Storage>, StorageError> open_leveldb(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return StorageError{fmt::format("storage {}: cannot be created: {}", folder, error.message())};
  auto storage = std::make_unique<LevelDbStorage>(folder);
  if (const Status status = storage->open(); !status.ok()) return storage->error(status);
  return std::unique_ptr<Storage>(std::move(storage));
}

}  // namespace fracas::store
