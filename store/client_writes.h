// Puts and deletes that a client coordinates itself. Under lww it makes the stamp, its own clock's or one
// above what r homes have, and asks all homes to merge the stamped value. Under siblings one home makes the
// dot on its copy, and the client takes what comes of that to the others, as Voldemort's does with its first
// successful put: a dot of the client's own would come twice as soon as a client forgets how far it has
// counted. A client keeps no hints.
#pragma once

#include <map>
#include <set>
#include <string>

#include "store/client_operation.h"

namespace fracas::store {

class ClientWrites {
 public:
  explicit ClientWrites(ClientShared& shared) : shared_(shared) {}

  void begin(ClientStep&, ClientOperation);
  /// For its stamp (stamp = query).
  void told_copy(ClientStep&, RequestId, NodeIndex from, const HomeAnswer&);
  void told_dot(ClientStep&, RequestId, NodeIndex from, const HomeAnswer&);
  void told_acknowledgement(ClientStep&, RequestId, NodeIndex from, const HomeAnswer&);

  std::size_t open() const { return writes_.size(); }

 private:
  struct Write {
    ClientOperation operation;
    KeyState state;  ///< what homes are to merge
    ReplyToClient on_success;
    std::set<NodeIndex> asked;     ///< for their stamps: that told them
    std::size_t dots_refused = 0;  ///< so many homes, in their order, certainly made no dot
    std::set<NodeIndex> acks;
    std::set<NodeIndex> idle;    ///< homes that certainly did nothing
    std::set<NodeIndex> silent;  ///< homes of which nothing is known
    std::string refusal;         ///< of the last idle one
    bool sent = false;           ///< homes were asked to merge
    bool answered = false;
  };
  using Entry = std::map<RequestId, Write>::iterator;

  void stamp(ClientStep&, Entry, std::int64_t us);
  void ask_next_for_dot(ClientStep&, Entry);
  void send(ClientStep&, Entry);
  void proceed(ClientStep&, Entry);
  void give_up(ClientStep&, Entry, ErrorKind, std::string message);

  ClientShared& shared_;
  std::map<RequestId, Write> writes_;
};

}  // namespace fracas::store
