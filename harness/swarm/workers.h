// Many jobs on all cores, each in a worker process: a job that dies or never ends is a result like any other,
// and a new worker takes the dead one's place. The parent hands out the numbers, so that it always knows who
// died of what.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace fracas::harness {

struct WorkerOptions {
  int workers = 1;
  double limit_s = 60;    ///< of one job; who needs longer is killed
  double patience_s = 0;  ///< what workers get to end in order, on SIGTERM, when the user wants to stop
};

/// What came of one job.
struct JobEnd {
  std::uint64_t number = 0;
  std::optional<std::string> answer;  ///< what it returned; absent: its worker was killed, or died
  std::string death;                  ///< "signal 6 (Aborted)", "no end within 60 s", "exit code 1"
  std::string last_words;             ///< the last line that the worker printed, if it died
  bool stopped = false;               ///< killed because the user wanted to stop: says nothing
};

/// How many workers this machine's cores can keep busy.
int usual_workers();

/// An answer has at least one byte and at most so many; a longer one is cut.
inline constexpr std::size_t kLongestAnswer = 64 * 1024;

enum class Next : std::uint8_t { go_on, stop };

/// Calls `job` with first, first + 1, ... last, each in one of the worker processes. `ended` is called here
/// for each that began, in the order in which they end; after it has said `stop` no more begin, and those
/// that are going on come to their end. `idle` is called a few times a second. SIGINT and SIGTERM stop all
/// within `patience_s`; a second one does so at once. Returns whether the user wanted to stop.
///
/// Must be called without any other thread: a fork copies only the one that calls it. Signals that a
/// terminal sends do not reach the workers, and they die when this process does.
bool run_jobs(std::uint64_t first, std::uint64_t last, const WorkerOptions&,
              const std::function<std::string(std::uint64_t)>& job,
              const std::function<Next(const JobEnd&)>& ended, const std::function<void()>& idle);

}  // namespace fracas::harness
