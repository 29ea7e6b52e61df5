// Messages that must not be acted upon twice, however often the network brings them: a put that is
// coordinated again gets a second dot, and comes back when the first has been overwritten (riak_kv 1046).
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <utility>

#include "store/message.h"

namespace fracas::store {

class Fingerprint;

class Repetitions {
 public:
  /// Of all peers together. A repetition that so many others have overtaken is taken for a new message.
  static constexpr std::size_t remembered = 8192;

  /// False: this message has been here before.
  bool first_time(NodeIndex from, OperationId operation) {
    if (!seen_.emplace(from, operation).second) return false;
    order_.emplace_back(from, operation);
    if (order_.size() > remembered) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

  bool has(NodeIndex from, OperationId operation) const { return seen_.contains({from, operation}); }
  void add(const Repetitions& others) {
    for (const auto& [from, operation] : others.order_) first_time(from, operation);
  }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  std::set<std::pair<NodeIndex, OperationId>> seen_;
  std::deque<std::pair<NodeIndex, OperationId>> order_;
};

}  // namespace fracas::store
