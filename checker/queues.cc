#include "checker/queues.h"

#include <algorithm>
#include <utility>

namespace fracas::checker {

std::vector<Queue> queues(const History& history) {
  std::map<TextId, Queue> by_key;
  for (const Operation& o : history.operations()) {
    if (o.f != Function::enqueue && o.f != Function::dequeue) continue;
    Queue& queue = by_key[o.key];
    queue.key = o.key;
    if (o.f == Function::enqueue) {
      if (o.outcome != Outcome::fail) queue.values[o.value].in.push_back(&o);
    } else if (o.outcome == Outcome::ok && o.value != kNullText) {
      queue.values[o.value].out.push_back(&o);
    } else if (o.outcome == Outcome::ok) {
      queue.empty = &o;
    }
  }
  std::vector<Queue> all;
  for (auto& [key, queue] : by_key) {
    for (auto& [value, queued] : queue.values)
      std::sort(queued.out.begin(), queued.out.end(),
                [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
    all.push_back(std::move(queue));
  }
  return all;
}

std::vector<const Operation*> taken_from_nowhere(const QueuedValue& value) {
  std::vector<const Operation*> found;
  std::size_t in = 0;
  for (const Operation* out : value.out) {
    if (in < value.in.size() && value.in[in]->invoked < out->completed) {
      ++in;
    } else {
      found.push_back(out);
    }
  }
  return found;
}

}  // namespace fracas::checker
