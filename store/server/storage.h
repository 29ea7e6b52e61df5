// Where a node's records live: load them all once, then apply one atomic batch after another. LevelDB stands
// behind it (leveldb_storage.h); tests put their own there.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>
#include <vector>

#include "store/node.h"

namespace fracas::store {

/// What failed, on which file where that is known.
struct StorageError {
  std::string message;
  bool damaged = false;  ///< what is there cannot be what was written
  /// A write, and no sync: what was there before is still there, and the file may end in a part of the new.
  bool refused = false;
};

/// Called by one thread at a time, which need not be the same one; but while one syncs another may apply.
/// After an apply() that was refused, load() tells what the disk holds, and nothing else may be called but
/// reopen(). After one, or a sync(), that failed otherwise nothing is known of it: the process must stop,
/// never retry (field: an fsync that failed once succeeds the second time without having written anything).
class Storage {
 public:
  virtual ~Storage() = default;
  virtual boost::system::result<Records, StorageError> load() = 0;
  /// All of the batch or nothing. With `sync` it is durable on return; without, it survives the process but
  /// not the machine.
  virtual boost::system::result<void, StorageError> apply(const Batch&, bool sync) = 0;
  /// What was applied before is durable on return. Meanwhile another thread may apply.
  virtual boost::system::result<void, StorageError> sync() = 0;
  /// Without what is left of a refused write. Succeeds when the disk takes writes again; otherwise it may be
  /// called once more.
  virtual boost::system::result<void, StorageError> reopen() = 0;
};

}  // namespace fracas::store
