// Causal consistency of registers over all keys: one order of all writes agrees with everything that sessions
// had seen, and every read returns the last write of its key in the past of its session
// (visibility/arbitration.h; there are the sources too). By values alone, whatever versions the store shows.
#include "checker/properties/all.h"
#include "checker/visibility/arbitration.h"
#include "checker/visibility/order_story.h"
#include "checker/visibility/session_verdict.h"

namespace fracas::checker {

Verdict check_causal(const Case& whole) {
  return judge_sessions("causal", whole, [&](const SessionHistory& history, VerdictBuilder& verdict) {
    const Arbitration found = arbitrate(history);
    if (!found.undecided.empty()) verdict.undecided(found.undecided);
    if (found.count == 0) return;
    const OrderStory story(whole, history);
    std::uint64_t told = 0;
    for (const SeenBefore& read : found.initial_reads) {
      ++told;
      verdict.violated([&] { return story.tell(read); });
    }
    for (const OrderCycle& cycle : found.cycles) {
      ++told;
      verdict.violated([&] { return story.tell(cycle); });
    }
    for (; told < found.count; ++told) verdict.violated([] { return Witness{}; });
  });
}

}  // namespace fracas::checker
