// What a run says of itself while it goes on: one line that rewrites itself on a terminal, a plain line every
// 5 s elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "harness/commands/console.h"
#include "harness/runner.h"

namespace fracas::harness {

/// "torment 12/30 s | 198 ops/s, ok 2400, fail 3, info 12 | process.kill n3 | not ready: n3"; at most `width`
/// characters.
std::string progress_text(const Progress&, std::size_t width);

class LiveLine {
 public:
  LiveLine(Console& console, bool quiet);
  /// Erases what it rewrote.
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void show(const Progress&);

 private:
  void show_plain(const Progress&);

  Console& console_;
  bool quiet_;
  bool drawn_ = false;
  std::string phase_;
  double shown_at_s_ = 0;  ///< elapsed time of the phase when the last plain line was written
};

}  // namespace fracas::harness
