// With stamp = query, a put or delete first asks the homes for the stamps that they have: r answers meet
// every write that was acknowledged before (r + w > n), and its own stamp will be above all of them. No clock
// is asked. Nothing is written before; a write that does not get so far has certainly not happened.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class StampQueries {
 public:
  explicit StampQueries(Shared& shared) : shared_(shared) {}

  // Each returns the request once it may go on, with the highest stamp in `seen_us` and the time left.
  std::optional<Request> begin(Step&, Request);
  std::optional<Request> replied(Step&, NodeIndex from, const StampReply&);

  /// What is open asks the homes of the present ring. Those whose stamps are known by that.
  std::vector<Request> ring_changed(Step&);
  void send_failed(Step&, NodeIndex to, OperationId);
  void time_out(Step&, OperationId);

  std::size_t open() const { return queries_.size(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Query {
    Request request;
    std::size_t wanted = 1;  ///< r
    std::int64_t deadline_ns = 0;
    std::int64_t highest_us = 0;
    std::set<NodeIndex> heard;
    std::set<NodeIndex> failed;
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Query>::iterator;

  std::optional<Request> ask_homes(Step&, Entry);
  void hear(Query&, NodeIndex from, std::int64_t stamp_us);
  std::optional<Request> proceed(Step&, Entry);
  void give_up(Step&, Entry);
  void finish(Entry);

  Shared& shared_;
  std::map<OperationId, Query> queries_;
};

/// The stamp of a copy; 0: there is none.
std::int64_t stamp_us_of(const KeyState&);

}  // namespace fracas::store
