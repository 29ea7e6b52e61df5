#include "harness/shrink/reduce.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "harness/shrink/fewer_nodes.h"
#include "harness/shrink/moments.h"
#include "harness/shrink/parts.h"

namespace fracas::harness {
namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
/// Suspicions that are followed before the search goes on without.
constexpr std::size_t kSuspicionsTried = 3;
/// A pair of clients each: more are left to the next round, when there are fewer.
constexpr std::size_t kClientsMerged = 12;

Indices indices_where(const Experiment& e, const std::function<bool(const ScriptedOperation&)>& wanted) {
  Indices kept;
  for (std::size_t i = 0; i < e.script.size(); ++i)
    if (wanted(e.script[i])) kept.push_back(i);
  return kept;
}

/// Only these operations, and no fault that begins after them, if nothing at the end matters.
Experiment cut_down(const Experiment& e, const Indices& kept, bool at_the_end) {
  Experiment result = with_operations(e, kept);
  if (at_the_end || result.script.empty()) return result;
  Nanoseconds last = 0;
  for (const ScriptedOperation& operation : result.script) last = std::max(last, operation.at);
  std::erase_if(result.faults, [&](const nemesis::FaultSpec& f) { return e.steady + f.after > last; });
  for (nemesis::FaultSpec& fault : result.faults)
    fault.lasts = std::max(kMillisecond, std::min(fault.lasts, last + kMillisecond - e.steady - fault.after));
  // The torment need not go on for longer either.
  return with_moments(result, moments(result));
}

/// The boldest first: what fails with almost nothing left saves all the other passes.
void cut_coarsely(Search& search, const std::vector<Suspicion>& suspicions) {
  const Experiment whole = search.best();
  for (std::size_t i = 0; i < suspicions.size() && i < kSuspicionsTried; ++i) {
    const Suspicion& s = suspicions[i];
    Nanoseconds last = 0;
    for (const std::size_t index : s.operations) last = std::max(last, whole.script[index].at);
    const auto in_time = [&](const ScriptedOperation& o) { return s.at_the_end || o.at <= last; };
    const auto on_key = [&](const ScriptedOperation& o) {
      return std::find(s.keys.begin(), s.keys.end(), o.intent.key) != s.keys.end();
    };
    const std::array<Indices, 4> cuts{
        s.operations,
        indices_where(whole, [&](const ScriptedOperation& o) { return in_time(o) && on_key(o); }),
        indices_where(whole, in_time),
        indices_where(whole, on_key),
    };
    for (const Indices& kept : cuts) {
      if (kept.empty() || kept.size() == whole.script.size()) continue;
      if (search.attempt(cut_down(whole, kept, s.at_the_end))) return;
    }
  }
}

/// ddmin over parts of what is best now; `build` makes a candidate of the parts that are kept.
void leave_out(Search& search, std::size_t parts,
               const std::function<Experiment(const Experiment& base, const Indices&)>& build) {
  const Experiment base = search.best();
  ddmin(parts, [&](const Indices& kept) {
    if (search.over()) return false;
    Experiment candidate = build(base, kept);
    candidate.seed = candidate.load.seed = search.best().seed;
    return search.attempt(candidate);
  });
}

void reduce_faults(Search& search) {
  leave_out(search, search.best().faults.size(), with_faults);
  for (std::size_t i = 0; i < search.best().faults.size(); ++i) {
    const std::size_t pieces = pieces_of(search.best().faults[i]).size();
    if (pieces < 2) continue;
    leave_out(search, pieces, [i](const Experiment& base, const Indices& kept) {
      Experiment candidate = base;
      // A fault without any piece is no fault, and was tried above.
      if (!kept.empty()) candidate.faults[i] = with_pieces(base.faults[i], kept);
      return candidate;
    });
  }
}

void reduce_nodes(Search& search) {
  for (bool dropped = true; dropped && !search.over();) {
    dropped = false;
    for (int node = search.best().store.nodes - 1; node >= 0 && !dropped; --node)
      for (const Experiment& candidate : without_node(search.best(), node))
        if (!dropped) dropped = search.attempt(candidate);
  }
}

void leave_out_groups(Search& search, const std::vector<Indices>& groups) {
  if (groups.size() < 2) return;
  leave_out(search, groups.size(), [&](const Experiment& base, const Indices& kept) {
    return with_operations(base, joined(groups, kept));
  });
}

void merge_clients(Search& search) {
  std::set<int> clients;
  for (const ScriptedOperation& operation : search.best().script) clients.insert(operation.client);
  if (clients.size() > kClientsMerged) return;
  for (auto from = clients.rbegin(); from != clients.rend(); ++from)
    for (const int into : clients)
      if (into < *from && search.attempt(with_merged_clients(search.best(), *from, into))) break;
}

void reduce_clients(Search& search) {
  leave_out_groups(search, operations_by_client(search.best()));
  merge_clients(search);
  const Experiment renumbered = with_renumbered_clients(search.best());
  if (renumbered.load.clients < search.best().load.clients) search.attempt(renumbered);
}

void reduce_keys(Search& search) { leave_out_groups(search, operations_by_key(search.best())); }

void reduce_operations(Search& search) { leave_out(search, search.best().script.size(), with_operations); }

bool attempt_gaps(Search& search, const std::vector<Nanoseconds>& gaps) {
  const Experiment& best = search.best();
  const Experiment candidate = with_moments(best, moments_after(gaps));
  const bool same = candidate.duration == best.duration && moments(candidate) == moments(best);
  return !same && search.attempt(candidate);
}

/// Waiting that nobody needs: all gaps at once first, then one by one.
void shorten_gaps(Search& search, Nanoseconds least) {
  for (const Nanoseconds most : {least, 10 * least, 100 * least}) {
    std::vector<Nanoseconds> gaps = gaps_between(moments(search.best()));
    for (Nanoseconds& gap : gaps) gap = std::min(gap, most);
    if (attempt_gaps(search, gaps)) break;
  }
}

/// A gap becomes the least, or is halved as long as that goes.
void shorten_each_gap(Search& search, Nanoseconds least) {
  for (std::size_t i = 0; i < moments(search.best()).size() && !search.over(); ++i) {
    for (bool first = true;; first = false) {
      std::vector<Nanoseconds> gaps = gaps_between(moments(search.best()));
      if (i >= gaps.size() || gaps[i] <= least) break;
      const Nanoseconds half = std::max(least, gaps[i] / 2);
      if (first) {
        std::vector<Nanoseconds> shortest = gaps;
        shortest[i] = least;
        if (attempt_gaps(search, shortest)) break;
      }
      gaps[i] = half;
      if (!attempt_gaps(search, gaps)) break;
    }
  }
}

/// All gaps as `changed` makes them, or as many as can be.
void change_gaps(Search& search, const std::function<Nanoseconds(Nanoseconds)>& changed) {
  std::vector<Nanoseconds> gaps = gaps_between(moments(search.best()));
  for (Nanoseconds& gap : gaps) gap = changed(gap);
  if (attempt_gaps(search, gaps)) return;
  for (std::size_t i = 0; i < gaps.size() && !search.over(); ++i) {
    gaps = gaps_between(moments(search.best()));
    if (i >= gaps.size()) break;
    gaps[i] = changed(gaps[i]);
    attempt_gaps(search, gaps);
  }
}

void reduce_times(Search& search, const ReduceOptions& options) {
  const Nanoseconds least = options.least_gap;
  attempt_gaps(search, gaps_between(moments(search.best())));  // nothing comes after the last moment
  shorten_gaps(search, least);
  shorten_each_gap(search, least);
  if (options.stretch) change_gaps(search, [least](Nanoseconds gap) { return std::max(gap, least); });
  change_gaps(search, rounded_up);  // times that read well
}

/// How much there is of everything but time. No pass lets anything of it become more.
using Size = std::tuple<std::size_t, std::size_t, int, int, std::size_t>;
Size size_of(const Experiment& e) {
  std::size_t pieces = 0;
  for (const nemesis::FaultSpec& fault : e.faults) pieces += pieces_of(fault).size();
  return {e.script.size(), e.faults.size() + pieces, e.store.nodes, e.load.clients,
          operations_by_key(e).size()};
}

}  // namespace

bool reduce(Search& search, const ReduceOptions& options) {
  const auto pass = [&](std::string_view name, auto&& work) {
    if (search.over()) return;
    options.report(name);
    work();
  };
  pass("coarse cut", [&] { cut_coarsely(search, options.suspicions); });
  pass("coarse cut", [&] { shorten_gaps(search, options.least_gap); });
  for (bool smaller = true; smaller && !search.over();) {
    const Size before = size_of(search.best());
    pass("faults", [&] { reduce_faults(search); });
    pass("nodes", [&] { reduce_nodes(search); });
    pass("clients", [&] { reduce_clients(search); });
    pass("keys", [&] { reduce_keys(search); });
    pass("operations", [&] { reduce_operations(search); });
    pass("times", [&] { reduce_times(search, options); });
    smaller = size_of(search.best()) < before;
  }
  pass("values", [&] { search.attempt(with_plain_values(search.best())); });
  return !search.over();
}

}  // namespace fracas::harness
