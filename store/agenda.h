// What a node has to do later, and when. The driver sees one timer at a time, not one for each request: it is
// set anew only when something earlier comes up.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "store/step.h"

namespace fracas::store {

class Fingerprint;

struct Task {
  enum class Kind : std::uint8_t {
    read,
    write,
    forward,
    hints,
    round,
    exchange,
    apply,
    query,
    commit,
    patience,
    rejoin,
    tombstones,
    proposal,
    ring
  };
  Kind kind = Kind::read;
  std::uint64_t id = 0;  ///< of the operation
  auto operator<=>(const Task&) const = default;
  void fingerprint(Fingerprint&) const;
};

class Agenda {
 public:
  void add(std::int64_t due_ns, const Task& task) { tasks_.emplace(due_ns, task); }
  void remove(std::int64_t due_ns, const Task& task) { tasks_.erase({due_ns, task}); }
  std::optional<Task> take_due(std::int64_t now_ns);
  /// Something should have been done by now: this process was asleep, and what it had open is not over.
  bool behind(std::int64_t now_ns) const { return !tasks_.empty() && tasks_.begin()->first < now_ns; }

  void fired(std::uint64_t timer);
  /// At the end of each step: makes sure that a timer will fire for the earliest task.
  void arm(Step&);
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  std::set<std::pair<std::int64_t, Task>> tasks_;
  std::uint64_t timer_ = 0;  ///< the latest one set; earlier ones may still fire and find nothing due
  std::optional<std::int64_t> armed_for_ns_;
};

}  // namespace fracas::store
