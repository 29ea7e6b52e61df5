// Gets that a client coordinates itself: it asks all homes for their copies, answers with the merge of the
// first r, and repairs those that are behind, as a coordinating node does (reads.h), late ones too.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "store/client_operation.h"

namespace fracas::store {

class ClientReads {
 public:
  explicit ClientReads(ClientShared& shared) : shared_(shared) {}

  void begin(ClientStep&, ClientOperation);
  /// A home's copy, or that it will not come.
  void told_copy(ClientStep&, RequestId, NodeIndex from, const HomeAnswer&);
  /// A home has what was written back to it, or nobody knows.
  void told_write_back(ClientStep&, RequestId, NodeIndex from, bool holds);

  std::size_t open() const { return reads_.size(); }

 private:
  /// What was found, on its way to enough homes.
  struct WriteBack {
    KeyState found;
    std::set<NodeIndex> targets;  ///< that count and were not known to hold it
    std::set<NodeIndex> holders;
    std::set<NodeIndex> failed;
    std::size_t wanted = 0;
    std::size_t pending() const;  ///< targets that have not said anything yet
  };
  struct Read {
    ClientOperation operation;
    std::map<NodeIndex, KeyState> copies;  ///< what a home has, or will have once it has merged what was sent
    KeyState merged;
    std::set<NodeIndex> lost;  ///< homes whose copy will not come
    std::optional<WriteBack> write_back;
    bool answered = false;

    bool all_heard() const { return copies.size() + lost.size() == operation.homes.size(); }
  };
  using Entry = std::map<RequestId, Read>::iterator;

  void proceed(ClientStep&, Entry);
  bool covers_session(const Read&) const;
  void begin_write_back(ClientStep&, Read&);
  void succeed(ClientStep&, Read&, const KeyState& found);
  void fail(ClientStep&, Read&);
  void repair(ClientStep&, Read&);

  ClientShared& shared_;
  std::map<RequestId, Read> reads_;
};

}  // namespace fracas::store
