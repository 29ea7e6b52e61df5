// What the disk may do to a node's folder, and what the node must make of it: a torn end of the last log is
// what a crash leaves behind; everything else is damage, and damage is an error that names the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <leveldb/db.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "store/server/leveldb_env.h"
#include "store/server/leveldb_storage.h"
#include "store/server/log_check.h"
#include "tests/store/server_folder.h"

namespace fracas::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void flip_byte(const fs::path& path, std::size_t at) {
  std::string bytes = read_file(path);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x40);
  write_file(path, bytes);
}

std::vector<fs::path> files_with(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with(ending) ||
        (ending == "MANIFEST" && entry.path().filename().string().starts_with(ending)))
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

fs::path only_log(const fs::path& folder) {
  const auto logs = files_with(folder, ".log");
  EXPECT_EQ(logs.size(), 1U);
  return logs.at(0);
}

std::unique_ptr<Storage> open_sound(const fs::path& folder) {
  auto storage = open_leveldb(folder.string());
  if (!storage) throw std::runtime_error(storage.error().message);
  return *std::move(storage);
}

std::string open_error(const fs::path& folder) {
  auto storage = open_leveldb(folder.string());
  if (!storage) return storage.error().message;
  auto records = (*storage)->load();
  return records ? "" : records.error().message;
}

std::string key_of(int i) { return "key-" + std::to_string(1000 + i); }
std::string record_of(int i) { return "record " + std::to_string(i) + std::string(60, 'x'); }

/// A folder whose only log holds `count` records, one batch each.
void fill(const fs::path& folder, int count) {
  const auto storage = open_sound(folder);
  for (int i = 0; i < count; ++i) ASSERT_TRUE(storage->apply({{key_of(i), record_of(i)}}, true));
}

std::size_t loaded(const fs::path& folder) { return open_sound(folder)->load()->size(); }

TEST(Storage, keeps_what_was_applied_and_forgets_what_was_erased) {
  const Folder folder;
  {
    const auto storage = open_sound(folder.path());
    ASSERT_TRUE(storage->apply({{"a", "1"}, {"b", "2"}}, true));
    ASSERT_TRUE(storage->apply({{"a", std::nullopt}, {"c", std::string("\0\xff", 2)}}, false));
  }
  const Records expected{{"b", "2"}, {"c", std::string("\0\xff", 2)}};
  EXPECT_EQ(*open_sound(folder.path())->load(), expected);
}

TEST(Storage, refuses_a_folder_that_is_open_already) {
  const Folder folder;
  const auto first = open_sound(folder.path());
  EXPECT_THAT(open_error(folder.path()), HasSubstr("LOCK"));
}

TEST(Storage, loses_nothing_but_the_last_record_to_a_torn_end_of_the_last_log) {
  const Folder original;
  fill(original.path(), 20);
  const std::string log = read_file(only_log(original.path()));
  const std::size_t record_bytes = log.size() / 20;
  for (std::size_t cut = 1; cut <= record_bytes; cut += 3) {
    const Folder copy(original);
    write_file(only_log(copy.path()), log.substr(0, log.size() - cut));
    EXPECT_EQ(loaded(copy.path()), 19U) << "cut by " << cut;
  }
}

TEST(Storage, takes_an_end_still_full_of_zeros_for_torn) {
  const Folder original;
  fill(original.path(), 20);
  const Folder grown(original);
  std::string log = read_file(only_log(grown.path()));
  write_file(only_log(grown.path()), log + std::string(3000, '\0'));
  EXPECT_EQ(loaded(grown.path()), 20U);

  const Folder half(original);
  const std::size_t sector = log.size() / 512 * 512;
  std::fill(log.begin() + static_cast<std::ptrdiff_t>(sector), log.end(), '\0');
  write_file(only_log(half.path()), log);
  EXPECT_LT(loaded(half.path()), 20U);
}

TEST(Storage, refuses_any_flipped_byte_of_a_log_and_names_the_file) {
  const Folder original;
  fill(original.path(), 6);
  const fs::path log = only_log(original.path());
  const std::size_t size = fs::file_size(log);
  for (std::size_t at = 0; at < size; at += 5) {
    const Folder copy(original);
    flip_byte(only_log(copy.path()), at);
    EXPECT_THAT(open_error(copy.path()), AllOf(HasSubstr("Corruption"), HasSubstr(log.filename().string())))
        << "byte " << at << " of " << size;
  }
}

TEST(Storage, refuses_a_torn_log_that_is_not_the_last) {
  const Folder folder;
  fill(folder.path(), 10);
  const fs::path log = only_log(folder.path());
  const std::string bytes = read_file(log);
  write_file(folder.path() / "999999.log", bytes);
  write_file(log, bytes.substr(0, bytes.size() - 9));
  EXPECT_THAT(open_error(folder.path()), AllOf(HasSubstr(log.filename().string()), HasSubstr("last log")));
}

TEST(Storage, refuses_a_damaged_table_and_names_it) {
  const Folder original;
  fill(original.path(), 200);
  loaded(original.path());  // opening turns the log into a table
  const auto tables = files_with(original.path(), ".ldb");
  ASSERT_EQ(tables.size(), 1U);
  const std::size_t size = fs::file_size(tables[0]);
  for (std::size_t at = 0; at + 60 < size; at += 997) {
    const Folder copy(original);
    flip_byte(files_with(copy.path(), ".ldb").at(0), at);
    EXPECT_THAT(open_error(copy.path()), HasSubstr(tables[0].filename().string())) << "byte " << at;
  }
}

TEST(Storage, refuses_a_missing_or_cut_table_and_names_it) {
  const Folder original;
  fill(original.path(), 200);
  loaded(original.path());
  const auto name = files_with(original.path(), ".ldb").at(0).filename();
  const Folder without(original);
  fs::remove(without.path() / name);
  EXPECT_THAT(open_error(without.path()), HasSubstr(name.string()));
  const Folder cut(original);
  fs::resize_file(cut.path() / name, 700);
  EXPECT_THAT(open_error(cut.path()), HasSubstr(name.string()));
}

TEST(Storage, refuses_a_flipped_byte_in_the_list_of_tables_and_names_the_file) {
  const Folder original;
  fill(original.path(), 200);
  loaded(original.path());
  const fs::path manifest = files_with(original.path(), "MANIFEST").at(0);
  for (std::size_t at = 0; at < fs::file_size(manifest); at += 7) {
    const Folder copy(original);
    flip_byte(copy.path() / manifest.filename(), at);
    EXPECT_THAT(open_error(copy.path()), HasSubstr(manifest.filename().string())) << "byte " << at;
  }
}

TEST(Storage, takes_a_torn_end_of_the_list_of_tables_while_the_log_that_it_needs_is_there) {
  const Folder original;
  fill(original.path(), 20);
  const fs::path manifest = files_with(original.path(), "MANIFEST").at(0);
  const std::string bytes = read_file(manifest);
  const Folder torn(original);
  write_file(torn.path() / manifest.filename(), bytes + bytes.substr(0, 9));
  EXPECT_EQ(loaded(torn.path()), 20U);

  const Folder cut(original);
  write_file(cut.path() / manifest.filename(), bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(open_error(cut.path()), HasSubstr(manifest.filename().string()));
}

TEST(Storage, refuses_a_folder_whose_log_is_missing) {
  const Folder folder;
  fill(folder.path(), 20);
  const fs::path log = only_log(folder.path());
  fs::remove(log);
  EXPECT_THAT(open_error(folder.path()), HasSubstr(log.filename().string()));
}

/// Fails every sync from a certain one on, and remembers how often it was asked.
class FailingSync final : public leveldb::EnvWrapper {
 public:
  FailingSync() : EnvWrapper(leveldb::Env::Default()) {}

  leveldb::Status NewWritableFile(const std::string& path, leveldb::WritableFile** file) override {
    leveldb::WritableFile* real = nullptr;
    const auto status = target()->NewWritableFile(path, &real);
    if (status.ok()) *file = new File(*this, real);
    return status;
  }

  bool fail = false;
  int failed_calls = 0;

 private:
  class File final : public leveldb::WritableFile {
   public:
    File(FailingSync& env, leveldb::WritableFile* real) : env_(env), real_(real) {}
    leveldb::Status Append(const leveldb::Slice& data) override { return real_->Append(data); }
    leveldb::Status Close() override { return real_->Close(); }
    leveldb::Status Flush() override { return real_->Flush(); }
    leveldb::Status Sync() override {
      if (!env_.fail) return real_->Sync();
      ++env_.failed_calls;
      return leveldb::Status::IOError("the disk is gone");
    }

   private:
    FailingSync& env_;
    std::unique_ptr<leveldb::WritableFile> real_;
  };
};

TEST(LevelDbEnv, never_touches_the_disk_again_after_a_failed_sync) {
  const Folder folder;
  FailingSync disk;
  LevelDbEnv env(&disk);
  leveldb::WritableFile* opened = nullptr;
  ASSERT_TRUE(env.NewWritableFile((folder.path() / "000003.log").string(), &opened).ok());
  std::unique_ptr<leveldb::WritableFile> file(opened);
  ASSERT_TRUE(file->Append("first").ok());
  ASSERT_TRUE(file->Sync().ok());
  disk.fail = true;
  EXPECT_FALSE(file->Sync().ok());
  disk.fail = false;
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_FALSE(file->Append("second").ok());
  EXPECT_FALSE(env.failure().ok());
  EXPECT_EQ(disk.failed_calls, 1);
}

TEST(LevelDbEnv, reads_tables_without_mapping_them) {
  const Folder folder;
  const fs::path path = folder.path() / "000005.ldb";
  write_file(path, "0123456789");
  LevelDbEnv env(leveldb::Env::Default());
  leveldb::RandomAccessFile* opened = nullptr;
  ASSERT_TRUE(env.NewRandomAccessFile(path.string(), &opened).ok());
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  char scratch[8];
  leveldb::Slice result;
  ASSERT_TRUE(file->Read(6, 8, &result, scratch).ok());
  EXPECT_EQ(result.ToString(), "6789");
  EXPECT_EQ(result.data(), scratch) << "a mapped file would point into the map";
  EXPECT_TRUE(env.NewRandomAccessFile((folder.path() / "none").string(), &opened).IsNotFound());
}

TEST(LogCheck, accepts_whole_logs_with_entries_over_several_blocks) {
  const Folder folder;
  {
    const auto storage = open_sound(folder.path());
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(storage->apply({{key_of(i), std::string(static_cast<std::size_t>(i) * 7000, 'v')}}, true));
  }
  const std::string log = read_file(only_log(folder.path()));
  EXPECT_EQ(check_log(log).state, LogCheck::State::whole);
  EXPECT_EQ(check_log(log).sound_bytes, log.size());
  for (std::size_t size = 0; size < log.size(); size += 4099) {
    const LogCheck check = check_log(std::string_view(log).substr(0, size));
    EXPECT_NE(check.state, LogCheck::State::damaged) << size;
    EXPECT_LE(check.sound_bytes, size);
  }
}

TEST(LogCheck, an_empty_log_is_whole) { EXPECT_EQ(check_log("").state, LogCheck::State::whole); }

}  // namespace
}  // namespace fracas::store
