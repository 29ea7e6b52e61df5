// Drives one session in a world: draws what to do next, paces it, sends requests, records events. At most one
// operation is open at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "harness/recorder.h"
#include "harness/session.h"
#include "harness/world.h"

namespace fracas::harness {

/// What to do next; empty: nothing more.
using IntentSource = std::function<std::optional<workloads::Intent>()>;

class Client {
 public:
  /// `interval_ns` is the mean time between operations; 0: the next follows the last (closed loop).
  Client(World&, Recorder&, SessionOptions, IntentSource, std::int64_t interval_ns);

  void start();
  /// Begins no more operations; the open one completes.
  void stop() { stopped_ = true; }
  /// No operation is open, and none will be begun: stopped, or nothing more to do.
  bool finished() const { return !session_.open() && (stopped_ || exhausted_); }

 private:
  void begin_next();
  void perform(SessionStep);
  void completed(bool rejected);
  std::int64_t draw_gap();

  World& world_;
  Recorder& recorder_;
  SessionOptions options_;
  Session session_;
  IntentSource next_;
  std::int64_t interval_ns_;
  workloads::Draw pace_;
  std::int64_t due_ns_ = 0;
  bool stopped_ = false;
  bool exhausted_ = false;
};

}  // namespace fracas::harness
