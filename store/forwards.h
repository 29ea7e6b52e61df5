// Puts and deletes that reached a node without a copy of the key (siblings only: a new dot is made where a
// copy is). They go to one home. Once bytes may have gone there, no other home is tried: the put would get a
// second dot. If certainly none got any, placement = sloppy makes the dot here.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "store/request.h"
#include "store/shared.h"
#include "store/writes.h"

namespace fracas::store {

class Fingerprint;

class Forwards {
 public:
  Forwards(Shared& shared, Writes& writes) : shared_(shared), writes_(writes) {}

  void begin(Step&, Request);
  void replied(Step&, NodeIndex from, const ForwardReply&);
  /// Certainly nothing went out: the next home may be tried.
  void send_failed(Step&, NodeIndex to, OperationId);
  /// Who is asked next is a home of the present ring.
  void ring_changed();
  void time_out(Step&, OperationId);

  std::size_t open() const { return forwards_.size(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Forward {
    Request request;
    NodeIndex at = 0;
    std::vector<NodeIndex> next;   ///< homes not tried yet, the best last
    std::int64_t deadline_ns = 0;  ///< of the home that it is at
    std::int64_t gives_up_ns = 0;  ///< never earlier; later only with bug forward_tried_elsewhere
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Forward>::iterator;

  void await(Step&, Entry);
  std::vector<NodeIndex> in_order(const Homes&) const;
  void send_to_next(Step&, Entry);
  Entry as_new_operation(Entry);
  void finish(Entry);

  Shared& shared_;
  Writes& writes_;                           ///< of puts that no home could take
  std::map<OperationId, Forward> forwards_;  ///< by the operation of the home that it is at
};

}  // namespace fracas::store
