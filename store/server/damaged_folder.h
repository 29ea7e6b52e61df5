// What becomes of a folder that is damaged: it is set aside whole, since LevelDB cannot say which keys a
// damaged block held, and the node begins with an empty one, knows that it has lost state (NodeOptions), and
// fetches it from its peers. What was set aside is kept until the next time, for whoever wants to look into
// it.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>

#include "store/server/storage.h"

namespace fracas::store {

struct OpenedStorage {
  std::unique_ptr<Storage> storage;
  Records records;
  std::string damage;  ///< of the folder that was set aside; empty: there was none
};

/// FOLDER.damaged
std::string set_aside_folder(const std::string& folder);

/// Opens the folder and reads it all. An error is one that another folder would not help against.
boost::system::result<OpenedStorage, StorageError> open_or_set_aside(const std::string& folder);

}  // namespace fracas::store
