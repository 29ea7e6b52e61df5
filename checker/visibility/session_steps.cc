#include "checker/visibility/session_steps.h"

#include <algorithm>

namespace fracas::checker {

SessionSteps::SessionSteps(const SessionHistory& history)
    : history_(history),
      first_(std::size_t{history.sessions} + 1, 0),
      steps_(history.steps.size()),
      place_(history.writes()) {
  for (const SessionHistory::Step& step : history.steps) ++first_[step.session + 1];
  for (std::size_t s = 0; s < history.sessions; ++s) first_[s + 1] += first_[s];
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t i = 0; i < history.steps.size(); ++i) {
    const SessionHistory::Step& step = history.steps[i];
    const std::uint32_t at = next[step.session]++;
    steps_[at] = i;
    if (!step.reads()) place_[step.write] = at - first_[step.session];
  }
}

std::optional<std::vector<std::uint32_t>> SessionSteps::way(WriteId from, std::uint32_t to_step) const {
  /// The first steps of a session, the last of which was read by a step of another such beginning.
  struct Beginning {
    std::uint32_t session = 0;
    std::uint32_t end = 0;
    std::uint32_t read = kNever;
    std::uint32_t reader = kNever;  ///< number of that beginning
  };
  const std::uint32_t source = of(history_.session[from])[place_[from]];
  const SessionHistory::Step& last = history_.steps[to_step];
  const auto own = of(last.session);
  const auto end = std::lower_bound(own.begin(), own.end(), to_step) - own.begin();
  std::vector<Beginning> beginnings{{.session = last.session, .end = static_cast<std::uint32_t>(end)}};
  std::vector<std::uint32_t> searched(history_.sessions, 0);  // of each session: everything up to there
  const auto steps_back = [&](std::uint32_t number) {
    std::vector<std::uint32_t> way;
    for (std::uint32_t n = number; beginnings[n].read != kNever; n = beginnings[n].reader) {
      const std::uint32_t write = of(beginnings[n].session)[beginnings[n].end - 1];
      if (write != source) way.push_back(write);
      way.push_back(beginnings[n].read);
    }
    return way;
  };
  for (std::uint32_t n = 0; n < beginnings.size(); ++n) {
    const Beginning now = beginnings[n];
    const auto steps = of(now.session);
    const bool wrote = now.session == history_.session[from] && place_[from] < now.end;
    const bool is_it = now.end > 0 && steps[now.end - 1] == source;
    if (wrote && (is_it || !history_.is_stray(from))) return steps_back(n);
    for (std::uint32_t i = now.end; i > searched[now.session] && steps[i - 1] > source; --i) {
      const SessionHistory::Step& step = history_.steps[steps[i - 1]];
      if (!step.reads() || step.write == SessionHistory::kInitial) continue;
      const std::uint32_t writer = history_.session[step.write];
      // A stray write is before nothing else of its session: it is followed by itself alone.
      const std::uint32_t reached = place_[step.write] + 1;
      if (reached <= searched[writer] && !history_.is_stray(step.write)) continue;
      if (of(writer)[reached - 1] < source) continue;
      beginnings.push_back({.session = writer, .end = reached, .read = steps[i - 1], .reader = n});
    }
    searched[now.session] = std::max(searched[now.session], now.end);
  }
  return std::nullopt;
}

}  // namespace fracas::checker
