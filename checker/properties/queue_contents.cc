// What comes out of queues and what went in, whatever the order (Jepsen's queue and total-queue):
//
//   dequeued-once  every dequeue gives what an enqueue, begun before the dequeue had ended, may have put in,
//   and
//                  no enqueue is taken twice
//   total-queue    and what was put in and acknowledged comes out. Decided where a queue was found empty by a
//                  dequeue that began after the enqueue had been acknowledged; else it may still be in there,
//                  or in the hands of a dequeue whose outcome is unknown.
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/queues.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kShownOperations = 4;

/// A dequeue of what no enqueue can have put in, with some of the operations on the same value.
Witness from_nowhere(const History& history, const QueuedValue& queued, const Operation* out) {
  Witness found =
      witness(fmt::format("{}, though {} had been enqueued {} and dequeued {}.",
                          describe_first(history, *out), shown(history.text(out->value)),
                          queued.in.empty() ? "by nobody" : fmt::format("{} times at most", queued.in.size()),
                          queued.out.size() == 1 ? "once" : fmt::format("{} times", queued.out.size())),
              {out});
  for (const auto* others : {&queued.in, &queued.out})
    for (const Operation* other : *others)
      if (other != out && found.operations.size() < kShownOperations)
        found.operations.push_back(other->invoked);
  return found;
}

void judge_taken(const History& history, const Queue& queue, VerdictBuilder& verdict) {
  for (const auto& [value, queued] : queue.values) {
    verdict.checked(queued.out.size());
    const QueuedValue& of_value = queued;  // (clang 14 captures no part of a pair)
    for (const Operation* out : taken_from_nowhere(of_value))
      verdict.violated([&] { return from_nowhere(history, of_value, out); });
  }
}

/// Dequeues that may have taken anything.
std::uint64_t unknown_dequeues(const History& history, TextId key) {
  const auto operations = history.operations();
  return static_cast<std::uint64_t>(
      std::count_if(operations.begin(), operations.end(), [&](const Operation& o) {
        return o.f == Function::dequeue && o.key == key &&
               (o.outcome == Outcome::info || o.outcome == Outcome::open);
      }));
}

/// The last acknowledged enqueue of a value that came out too seldom; null: there is none.
const Operation* missing(const QueuedValue& queued) {
  std::size_t acknowledged = 0;
  const Operation* last = nullptr;
  for (const Operation* in : queued.in) {
    if (in->outcome != Outcome::ok) continue;
    ++acknowledged;
    last = in;
  }
  return queued.out.size() < acknowledged ? last : nullptr;
}

void judge_lost(const History& history, const Queue& queue, VerdictBuilder& verdict) {
  std::vector<const Operation*> lost;
  bool inside = false;
  for (const auto& [value, queued] : queue.values) {
    verdict.checked(queued.in.size());
    const Operation* in = missing(queued);
    if (in == nullptr) continue;
    const bool emptied = queue.empty != nullptr && in->completed < queue.empty->invoked;
    if (emptied) {
      lost.push_back(in);
    } else {
      inside = true;
    }
  }
  const std::uint64_t unknown = unknown_dequeues(history, queue.key);
  if (inside)
    verdict.undecided(
        "what was enqueued and never dequeued may still be in the queue: nobody found it empty at the end");
  if (!lost.empty() && lost.size() <= unknown) {
    verdict.undecided(
        fmt::format("{} of what was enqueued never came out, but {} dequeues have an unknown outcome",
                    lost.size(), unknown));
    return;
  }
  for (const Operation* in : lost) {
    verdict.violated([&] {
      return witness(fmt::format("{}, and nobody was ever given it, yet {}.", describe_first(history, *in),
                                 describe(history, *queue.empty)),
                     {in, queue.empty});
    });
  }
}

}  // namespace

Verdict check_dequeued_once(const Case& whole) {
  VerdictBuilder verdict("dequeued-once");
  for (const Queue& queue : queues(whole.history())) judge_taken(whole.history(), queue, verdict);
  return std::move(verdict).finish("nothing was dequeued");
}

Verdict check_total_queue(const Case& whole) {
  VerdictBuilder verdict("total-queue");
  for (const Queue& queue : queues(whole.history())) {
    for (const auto& [value, queued] : queue.values) {
      if (queued.in.empty())
        for (const Operation* out : queued.out)
          verdict.violated([&] {
            return witness(
                fmt::format("{}, which nobody had enqueued.", describe_first(whole.history(), *out)), {out});
          });
    }
    judge_lost(whole.history(), queue, verdict);
  }
  return std::move(verdict).finish("nothing was enqueued");
}

}  // namespace fracas::checker
