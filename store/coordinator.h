// Client requests: checked, admitted, and handed to the part that carries them through.
#pragma once

#include <variant>

#include "store/forwards.h"
#include "store/hinted_handoff.h"
#include "store/reads.h"
#include "store/repetitions.h"
#include "store/stamp_queries.h"
#include "store/writes.h"

namespace fracas::store {

class Fingerprint;

class Coordinator {
 public:
  Coordinator(Shared& shared, HintedHandoff& hints)
      : shared_(shared),
        reads_(shared, hints),
        queries_(shared),
        writes_(shared, hints),
        forwards_(shared, writes_) {}

  void request(Step&, const ClientRequest&, const Origin&);
  /// Another node's client, whose put we are to coordinate: once.
  void forwarded(Step&, NodeIndex from, const ForwardRequest&);
  /// Once for each: whether it may be coordinated or refused here.
  bool takes_forward(NodeIndex from, OperationId operation) {
    return repetitions_.first_time(from, operation);
  }
  /// A home told its stamp: the write that asked may go on.
  void stamp_told(Step&, NodeIndex from, const StampReply&);

  /// What is open goes on with the homes of the present ring.
  void ring_changed(Step&);

  Reads& reads() { return reads_; }
  StampQueries& queries() { return queries_; }
  Writes& writes() { return writes_; }
  Forwards& forwards() { return forwards_; }
  std::size_t open() const { return reads_.open() + queries_.open() + writes_.open() + forwards_.open(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  Shared& shared_;
  Reads reads_;
  StampQueries queries_;
  Writes writes_;
  Forwards forwards_;
  Repetitions repetitions_;  ///< of forwarded puts
};

}  // namespace fracas::store
