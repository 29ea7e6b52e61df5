// Distorts the wall clock of one child process: its vDSO's time functions are replaced at exec by stubs that
// make the real system call and then transform CLOCK_REALTIME with parameters in a page that we share. Works
// on any binary that reads time through the vDSO (glibc, musl, Go, Rust, static or not); touches no other
// process; never the monotonic clocks.
//
// Limits: x86-64 only. A program that makes raw system calls is not affected (glibc's time() and
// gettimeofday() in static binaries do). What the child execs has a fresh vDSO: a wrapper script must not
// stand between.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <memory>
#include <string>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

class VdsoClock {
 public:
  /// In the child, between fork and exec; async-signal-safe. The next exec then stops and waits for
  /// install().
  static void prepare_child();
  /// In the parent, after the exec: waits (bounded) for the exec stop, patches, and lets the child go on. On
  /// an error the child goes on unpatched where possible, and the text says what the kernel forbade.
  /// `initial` is in force from the program's first instruction. Call it from the thread that forked.
  static boost::system::result<VdsoClock, std::string> install(pid_t child, Skew initial = {});

  VdsoClock(VdsoClock&&) noexcept;
  VdsoClock& operator=(VdsoClock&&) noexcept;
  ~VdsoClock();

  /// Reading = real + offset + (real - moment of the call) * (rate - 1). Replaces the former setting; seen by
  /// the next reading of the child and of what it forked; no reading mixes two settings. Rates of overlapping
  /// faults may add up to a clock that runs backwards; beyond +-1000 they are taken as +-1000.
  void set(Skew);

  /// Tries it on a short-lived child of our own. Empty: works here; else why not and what would allow it.
  static std::string unavailable();

 private:
  struct Impl;
  explicit VdsoClock(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::nemesis
