// The storage of a real node: LevelDB in one folder, over the file layer of leveldb_env.h.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>

#include "store/server/storage.h"

namespace fracas::store {

/// Creates what is not there yet. A damaged folder is an error that names the file; so is a folder that
/// another process has open.
boost::system::result<std::unique_ptr<Storage>, StorageError> open_leveldb(const std::string& folder);

}  // namespace fracas::store
