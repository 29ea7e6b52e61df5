// Once the replicas have settled and nobody writes, nothing is repaired or written any more: until every pair
// of homes has looked at each other again, no node has changed a copy or given one to another.
#include <fmt/format.h>

#include "checker/properties/all.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "quiescence";

void judge(const NodeWork& work, const IdleTime& idle, VerdictBuilder& verdict) {
  verdict.checked();
  if (work.changes == 0 && work.repairs == 0) return;
  verdict.violated([&] {
    return Witness{
        fmt::format(
            "In the {:.1f} s after the replicas had settled, with nobody writing, {} changed its copies {} "
            "time{} and gave {} to others.",
            idle.seconds, work.node, work.changes, work.changes == 1 ? "" : "s", work.repairs),
        {}};
  });
}

}  // namespace

Verdict check_quiescence(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  VerdictBuilder verdict(kName);
  if (!evidence.settlement) return not_applicable(kName, "it is not known whether the replicas had settled");
  if (!evidence.settlement->exchanges_completed || evidence.settlement->hints_pending > 0) {
    verdict.undecided("the replicas had not settled, and may rightly have gone on");
  } else if (!evidence.idle) {
    return not_applicable(kName, "nobody watched the nodes after they had settled");
  } else {
    if (!evidence.idle->complete)
      verdict.undecided("not every pair of replicas looked at each other again in the time that was given");
    for (const NodeWork& work : evidence.idle->nodes) judge(work, *evidence.idle, verdict);
  }
  return std::move(verdict).finish("there was no node to watch");
}

}  // namespace fracas::checker
