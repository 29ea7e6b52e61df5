// Somebody who wants the program to end: SIGINT and SIGTERM, counted while someone listens.
#pragma once

#include <csignal>

namespace fracas::harness {

/// While one of these lives, the two signals end nothing; they are counted, and end waits in system calls.
/// They nest: what was there before is there again afterwards, and all count what any of them hears.
class Impatience {
 public:
  Impatience();
  ~Impatience();
  Impatience(const Impatience&) = delete;
  Impatience& operator=(const Impatience&) = delete;

  /// Signals since this one began.
  int count() const;

 private:
  struct sigaction interrupt_ = {};
  struct sigaction terminate_ = {};
  int before_ = 0;
};

}  // namespace fracas::harness
