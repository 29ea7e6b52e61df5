// Drives one session in a world: takes what to do next, waits until it is due, sends requests, records
// events. At most one operation is open at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/coordinating_client.h"
#include "harness/recorder.h"
#include "harness/session.h"
#include "harness/world.h"

namespace fracas::harness {

/// One thing to do. Drawn ones are paced by the client and go where the session chooses; scripted ones say
/// when and whom to ask.
struct Task {
  workloads::Intent intent;
  std::optional<std::int64_t> at_ns{};  ///< since start(); later if the operation before is still open then
  std::string node{};
};

/// What to do next; empty: nothing more.
using TaskSource = std::function<std::optional<Task>()>;

class Client {
 public:
  /// `interval_ns` is the mean time between operations; 0: the next follows the last (closed loop).
  /// `store`: of the cluster, if the client coordinates itself.
  Client(World&, Recorder&, SessionOptions, TaskSource, std::int64_t interval_ns,
         const store::Config& store = {});

  void start();
  /// Begins no more operations; the open one completes.
  void stop() { stopped_ = true; }
  /// No operation is open, and none will be begun: stopped, or nothing more to do.
  bool finished() const {
    return !session_.open() && (stopped_ || !task_) && (!coordinator_ || coordinator_->idle());
  }

 private:
  void schedule_next(std::int64_t earliest_ns);
  void begin();
  void perform(SessionStep);
  std::int64_t draw_gap();
  std::int64_t wall_us() const;

  World& world_;
  Recorder& recorder_;
  SessionOptions options_;
  Session session_;
  std::unique_ptr<CoordinatingClient> coordinator_;  ///< none: the nodes do
  TaskSource next_;
  std::int64_t interval_ns_;
  workloads::Draw pace_;
  std::int64_t began_ns_ = 0;
  std::int64_t due_ns_ = 0;
  std::optional<Task> task_;  ///< that is open, or waits for its time
  bool stopped_ = false;
};

}  // namespace fracas::harness
