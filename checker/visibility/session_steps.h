// The steps of a history session by session, and by which of them one session came to see what another wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/visibility/session_history.h"

namespace fracas::checker {

class SessionSteps {
 public:
  explicit SessionSteps(const SessionHistory&);

  /// Numbers of a session's steps, ascending.
  std::span<const std::uint32_t> of(std::uint32_t session) const {
    return std::span(steps_).subspan(first_[session], first_[session + 1] - first_[session]);
  }
  /// Where a write's step is in `of` its session.
  std::uint32_t place_of(WriteId w) const { return place_[w]; }

  /// The writes that come directly before one: the one before it in its session, and what its session has
  /// read since then.
  template <typename Visit>
  void each_cause(WriteId w, Visit&& visit) const {
    const auto own = of(history_.session[w]);
    for (std::uint32_t i = place_[w]; i > 0; --i) {
      const SessionHistory::Step& step = history_.steps[own[i - 1]];
      if (!step.reads() && history_.is_stray(step.write)) continue;
      if (step.write != SessionHistory::kInitial) visit(step.write);
      if (!step.reads()) return;
    }
  }

  /// The steps between a write and a later step in whose past it is, those two not included: reads and
  /// writes, as few reads as possible. Nothing if it is not in its past.
  std::optional<std::vector<std::uint32_t>> way(WriteId from, std::uint32_t to_step) const;

 private:
  const SessionHistory& history_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> steps_;
  std::vector<std::uint32_t> place_;
};

}  // namespace fracas::checker
