// PRAM consistency of registers over all keys: each session sees the writes of every session in that
// session's order (visibility/pram.h; there are the sources too). By values alone, whatever versions the
// store shows.
#include <fmt/format.h>

#include "checker/properties/all.h"
#include "checker/visibility/order_story.h"
#include "checker/visibility/pram.h"
#include "checker/visibility/session_verdict.h"

namespace fracas::checker {
namespace {

Witness tell(const Case& whole, const SessionHistory& history, const Unordered& found) {
  Cast cast(history);
  cast.add_steps(found.reads);
  for (const WriteId w : found.writes) cast.add(history.operation[w]);
  std::string reads;
  for (const std::uint32_t step : found.reads)
    reads += (reads.empty() ? "" : ", ") + cast.name(history.steps[step].place());
  const std::int32_t session = whole.history().session(history.of(history.steps[found.reads[0]]));
  return cast.tell(
      whole.evidence(),
      fmt::format("Then no order of these writes that keeps each session's own explains what session "
                  "{} read one after the other ({})",
                  session, reads));
}

}  // namespace

Verdict check_pram(const Case& whole) {
  return judge_sessions("pram", whole, [&](const SessionHistory& history, VerdictBuilder& verdict) {
    const PramCheck found = check_pipelines(history);
    if (!found.undecided.empty()) verdict.undecided(found.undecided);
    for (std::uint64_t i = 0; i < found.count; ++i)
      verdict.violated([&] { return tell(whole, history, found.sessions[i]); });
  });
}

}  // namespace fracas::checker
