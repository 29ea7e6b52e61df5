#include "store/server/damaged_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "store/server/leveldb_storage.h"

namespace fracas::store {
namespace {

namespace fs = std::filesystem;
using Opened = boost::system::result<OpenedStorage, StorageError>;

Opened open_and_load(const std::string& folder) {
  auto storage = open_leveldb(folder);
  if (!storage) return storage.error();
  auto records = (*storage)->load();
  if (!records) return records.error();
  return OpenedStorage{*std::move(storage), *std::move(records), {}};
}

std::error_code set_aside(const std::string& folder) {
  std::error_code error;
  fs::remove_all(set_aside_folder(folder), error);
  if (!error) fs::rename(folder, set_aside_folder(folder), error);
  return error;
}

}  // namespace

std::string set_aside_folder(const std::string& folder) {
  return folder.substr(0, folder.find_last_not_of('/') + 1) + ".damaged";
}

Opened open_or_set_aside(const std::string& folder) {
  auto opened = open_and_load(folder);
  if (opened && opened->records.empty() && fs::exists(set_aside_folder(folder))) {
    // The process that set it aside died before its first write.
    opened->damage = "found set aside";
  }
  if (opened || !opened.error().damaged) return opened;
  const std::string damage = opened.error().message;
  if (const std::error_code error = set_aside(folder))
    return StorageError{fmt::format("{}; it cannot be set aside in {}: {}", damage, set_aside_folder(folder),
                                    error.message())};
  auto empty = open_and_load(folder);
  if (empty) empty->damage = damage;
  return empty;
}

}  // namespace fracas::store
