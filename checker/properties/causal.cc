// Causal consistency of registers over all keys: one order of all writes agrees with everything that sessions
// had seen, and every read returns the last write of its key in the past of its session
// (visibility/arbitration.h; there are the sources too). By values alone, whatever versions the store shows.
#include "checker/properties/all.h"
#include "checker/verdict.h"
#include "checker/visibility/arbitration.h"
#include "checker/visibility/order_story.h"

namespace fracas::checker {

Verdict check_causal(const Case& whole) {
  VerdictBuilder verdict("causal");
  if (whole.conflict() == Conflict::siblings)
    return std::move(verdict).finish("a register with siblings returns no single write");
  const SessionHistory& history = session_history(whole);
  if (!history.out_of_order.empty()) {
    verdict.undecided(history.out_of_order);
    return std::move(verdict).finish("");
  }
  verdict.checked(history.reads);
  if (!history.equal_values.empty()) verdict.undecided(history.equal_values);
  const Arbitration found = arbitrate(history);
  if (!found.undecided.empty()) verdict.undecided(found.undecided);
  if (found.count > 0) {
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
  }
  return std::move(verdict).finish("no read of a register can be traced to one write");
}

}  // namespace fracas::checker
