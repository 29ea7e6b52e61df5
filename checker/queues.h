// What went into queues and came out of them, value by value, however it was ordered.
#pragma once

#include <map>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// One value in one queue.
struct QueuedValue {
  std::vector<const Operation*> in{};   ///< enqueues that may have happened, in order of invocation
  std::vector<const Operation*> out{};  ///< dequeues that were given it, in order of completion
};

struct Queue {
  TextId key = 0;  ///< 0: the only one has no name
  std::map<TextId, QueuedValue> values{};
  /// The last dequeue, by its invocation, that was told that there was nothing; null: none was.
  const Operation* empty = nullptr;
};

/// In the order of their keys' texts' numbers.
std::vector<Queue> queues(const History&);

/// The dequeues that took what no enqueue can have put in: more of a value had come out than had begun to go
/// in. By the greedy match of the earliest with the earliest, which leaves as few of them as any match does.
std::vector<const Operation*> taken_from_nowhere(const QueuedValue&);

}  // namespace fracas::checker
