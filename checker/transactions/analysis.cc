#include "checker/transactions/analysis.h"

#include "checker/transactions/tell.h"

namespace fracas::checker::transactions {
namespace {

void add_version_cycles(const Transactions& txns, const VersionOrder& order, const GraphOptions& wanted,
                        Findings& findings) {
  for (const VersionCycle& cycle : order.cycles()) {
    if (cycle.scope == Scope::process && !wanted.process) continue;
    if (cycle.scope == Scope::realtime && !wanted.realtime) continue;
    // An order that was vouched for holds in any model, or it is none.
    const Isolations models = cycle.vouched ? ruled_out(Phenomenon::g0, Scope::data)
                                            : ruled_out(Phenomenon::cyclic_versions, cycle.scope);
    findings.add(Phenomenon::cyclic_versions, cycle.scope, models,
                 [&] { return tell_versions(txns, cycle); });
  }
}

}  // namespace

Findings analyse(const Transactions& txns, const AnalysisOptions& options) {
  Findings findings;
  if (!txns.problem.empty()) return findings;
  find_in_reads(txns, findings);
  const VersionOrder order(txns, options.vouched);
  add_version_cycles(txns, order, options.graph, findings);
  std::vector<Scope> scopes{Scope::data};
  if (options.graph.process) scopes.push_back(Scope::process);
  if (options.graph.realtime) scopes.push_back(Scope::realtime);
  // What a session did first was over in real time too: where nothing goes round with real time, the edges of
  // sessions add nothing.
  GraphOptions fewer = options.graph;
  fewer.process = options.graph.process && !options.graph.realtime;
  if (components(DependencyGraph::of(txns, order, fewer)).empty()) return findings;
  const DependencyGraph graph = DependencyGraph::of(txns, order, options.graph);
  for (const Cycle& cycle : find_cycles(graph, scopes, options.limits))
    findings.add(cycle.phenomenon, cycle.scope, ruled_out(cycle.phenomenon, cycle.scope),
                 [&] { return tell_cycle(txns, order, cycle); });
  return findings;
}

Analysis analyse(const History& history, const JudgedAs& judged_as) {
  Analysis analysis{decode(history, judged_as), {}};
  analysis.findings = analyse(analysis.txns);
  return analysis;
}

}  // namespace fracas::checker::transactions
