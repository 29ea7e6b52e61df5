// A child process that never outlives us: own process group, death signal, output into a file, exit as a
// value. What it forks belongs to it: when it is gone, the rest of its group is killed. The death signal
// covers the child alone, and what leaves the group (setsid) is not covered at all. The one place that knows
// Boost.Process (its defects in 1.81 and how they are avoided: process.cc).
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/error.h"
#include "nemesis/clock/vdso_clock.h"

namespace fracas::harness {

struct Exited {
  int code = 0;
};
struct Signaled {
  int signal = 0;
};
using ExitStatus = std::variant<Exited, Signaled>;
std::string to_string(const ExitStatus&);

struct ProcessOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path output;  ///< stdout and stderr are appended; empty: thrown away. stdin is /dev/null
  bool distortable_clock = false;
  nemesis::Skew skew = {};  ///< of a distortable clock, from the program's first instruction on
};

/// Spawn from the thread that lives as long as the harness: the death signal follows the thread that forked.
class Process {
 public:
  /// `on_exit` comes once, from the loop, when the process is gone and reaped; it may destroy the Process.
  /// The loop must outlive the Process. A program that cannot be executed is an Error that names it.
  static Result<std::unique_ptr<Process>> spawn(boost::asio::io_context&, const ProcessOptions&,
                                                std::function<void(ExitStatus)> on_exit);
  ~Process();  ///< kills the group and reaps if it still runs; on_exit is not called then

  pid_t pid() const;
  bool running() const;
  /// To the whole group. False if it is gone.
  bool signal(int number);
  /// kill -9 to the group, and waits (bounded, 5 s) until it is gone. on_exit still follows.
  bool kill_and_wait();
  /// 'R', 'S', 'T', 'Z'... of /proc/PID/stat; empty if gone.
  std::optional<char> kernel_state() const;
  /// Set when distortable_clock was asked for and worked; else why not.
  nemesis::VdsoClock* clock();
  const std::string& clock_unavailable() const;

 private:
  struct Impl;
  explicit Process(std::shared_ptr<Impl>);
  std::shared_ptr<Impl> impl_;
};

}  // namespace fracas::harness
