// Histories of transactions, a property for each of the models that databases promise. A model is violated if
// an anomaly was found that it forbids; anomalies of weaker models are violations of the stronger ones too.
// For lists all of whose elements were read this is exact; where versions have no known order, as of
// registers, `holds` means that nothing was found. (Elle, VLDB 2020; transactions/isolation.h.)
#include <fmt/format.h>

#include <algorithm>

#include "checker/properties/isolation_levels.h"
#include "checker/transactions/analysis.h"
#include "checker/transactions/tell.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

using transactions::Analysis;
using transactions::Isolation;
using transactions::Kind;

Witness witness_of(const Analysis& analysis, const Kind& kind, const transactions::Story& story) {
  Witness found{.explanation = fmt::format("{}{}: {}. {}", to_string(kind.phenomenon), suffix(kind.scope),
                                           story.text, transactions::tell_ruled_out(kind.ruled_out))};
  for (const transactions::TxnId txn : story.txns)
    found.operations.push_back(analysis.txns.operation(txn).invoked);
  return found;
}

Verdict check(const Case& whole, Isolation model) {
  VerdictBuilder verdict(to_string(model));
  const Analysis& analysis =
      whole.once<Analysis>([&] { return transactions::analyse(whole.history(), whole.judged_as()); });
  if (!analysis.txns.problem.empty()) verdict.undecided(analysis.txns.problem);
  verdict.checked(analysis.txns.committed);
  for (const Kind* kind : analysis.findings.found()) {
    if (!kind->ruled_out.has(model)) continue;
    for (std::uint64_t i = 0; i < kind->count; ++i)
      verdict.violated([&] {
        // The last story stands for what was only counted.
        return witness_of(analysis, *kind, kind->stories[std::min<std::size_t>(i, kind->stories.size() - 1)]);
      });
  }
  for (const transactions::Key& key : analysis.txns.keys)
    if (key.strays || key.repeats)
      verdict.undecided(fmt::format(
          "the lists read of {} contradict each other, so that its order is not known", key.text));
  return std::move(verdict).finish("no transaction was committed");
}

}  // namespace

Verdict check_read_uncommitted(const Case& whole) { return check(whole, Isolation::read_uncommitted); }
Verdict check_read_committed(const Case& whole) { return check(whole, Isolation::read_committed); }
Verdict check_repeatable_read(const Case& whole) { return check(whole, Isolation::repeatable_read); }
Verdict check_snapshot_isolation(const Case& whole) { return check(whole, Isolation::snapshot_isolation); }
Verdict check_serializable(const Case& whole) { return check(whole, Isolation::serializable); }
Verdict check_session_snapshot_isolation(const Case& whole) {
  return check(whole, Isolation::session_snapshot_isolation);
}
Verdict check_session_serializable(const Case& whole) {
  return check(whole, Isolation::session_serializable);
}
Verdict check_strong_snapshot_isolation(const Case& whole) {
  return check(whole, Isolation::strong_snapshot_isolation);
}
Verdict check_strict_serializable(const Case& whole) { return check(whole, Isolation::strict_serializable); }

}  // namespace fracas::checker
