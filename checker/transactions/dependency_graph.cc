#include "checker/transactions/dependency_graph.h"

#include <algorithm>
#include <utility>

namespace fracas::checker::transactions {
namespace {

using Edge = DependencyGraph::Edge;

class EdgeFinder {
 public:
  EdgeFinder(const Transactions& txns, const VersionOrder& order, const GraphOptions& options)
      : txns_(txns),
        order_(order),
        options_(options),
        vertices_(static_cast<std::uint32_t>(txns.all.size())) {}

  std::vector<Edge> run() && {
    edges_.reserve(txns_.micro_ops.size() * 2 + txns_.all.size() * 3);
    fans_.assign(txns_.versions.size(), kNone);
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn) {
      if (txns_.failed(txn)) continue;
      for (const MicroOp& step : txns_.micro_ops_of(txn)) {
        if (step.access == Access::read) {
          add_read(txn, step);
        } else {
          add_write(txn, step);
        }
      }
    }
    if (options_.process) add_sessions();
    if (options_.realtime) add_barriers();
    return std::move(edges_);
  }
  std::uint32_t vertices() const { return vertices_; }

 private:
  void add(std::uint32_t from, std::uint32_t to, Reasons reasons) {
    if (from != to) edges_.push_back({from, to, reasons});
  }

  void add_read(TxnId txn, const MicroOp& read) {
    const Version& version = txns_.versions[read.version];
    if (version.writer == txn) return;  // what its write comes before, the write says
    if (txns_.living(read.version)) add(version.writer, txn, kWriteRead);
    if (read.strayed) return;
    const auto after = order_.after(read.version);
    if (after.size() <= options_.direct) {
      for (const Next& next : after) add(txn, writer(next), read_write(next.scope));
      return;
    }
    for (const Fan& fan : fans_of(read.version)) lead_to(fan, txn);
  }

  void add_write(TxnId txn, const MicroOp& write) {
    for (const Next& next : order_.after(write.version)) {
      // That one has read this one follows from the read, and without an order of versions.
      if (!txns_.lists && next.scope == Scope::data && has_read(writer(next), write.version)) continue;
      add(txn, writer(next), write_write(next.scope));
    }
  }

  bool has_read(TxnId txn, VersionId version) const {
    for (const MicroOp& step : txns_.micro_ops_of(txn))
      if (step.access == Access::read && step.version == version) return true;
    return false;
  }

  TxnId writer(const Next& next) const { return txns_.versions[next.version].writer; }

  /// The successors of a version that rest on one scope, by transaction, and a chain over them from each
  /// side.
  struct Fan {
    Scope scope = Scope::data;
    std::vector<TxnId> to{};
    std::uint32_t up = 0;    ///< its vertex i leads to everything in front of and at i
    std::uint32_t down = 0;  ///< its vertex i leads to everything at and behind i
  };

  const std::vector<Fan>& fans_of(VersionId version) {
    if (fans_[version] != kNone) return all_fans_[fans_[version]];
    fans_[version] = static_cast<std::uint32_t>(all_fans_.size());
    std::vector<Fan>& fans = all_fans_.emplace_back();
    for (const Scope scope : {Scope::data, Scope::process, Scope::realtime}) {
      Fan fan{.scope = scope};
      for (const Next& next : order_.after(version))
        if (next.scope == scope) fan.to.push_back(writer(next));
      std::sort(fan.to.begin(), fan.to.end());
      fan.to.erase(std::unique(fan.to.begin(), fan.to.end()), fan.to.end());
      if (!fan.to.empty()) fans.push_back(chained(std::move(fan)));
    }
    return fans;
  }

  Fan chained(Fan fan) {
    const auto size = static_cast<std::uint32_t>(fan.to.size());
    fan.up = std::exchange(vertices_, vertices_ + size);
    fan.down = std::exchange(vertices_, vertices_ + size);
    for (std::uint32_t i = 0; i < size; ++i) {
      add(fan.up + i, fan.to[i], read_write(fan.scope));
      add(fan.down + i, fan.to[i], read_write(fan.scope));
      if (i > 0) add(fan.up + i, fan.up + i - 1, read_write(fan.scope));
      if (i > 0) add(fan.down + i - 1, fan.down + i, read_write(fan.scope));
    }
    return fan;
  }

  void lead_to(const Fan& fan, TxnId reader) {
    const auto size = static_cast<std::uint32_t>(fan.to.size());
    const auto at =
        static_cast<std::uint32_t>(std::lower_bound(fan.to.begin(), fan.to.end(), reader) - fan.to.begin());
    const bool inside = at < size && fan.to[at] == reader;
    if (!inside) return add(reader, fan.down, read_write(fan.scope));
    if (at > 0) add(reader, fan.up + at - 1, read_write(fan.scope));
    if (at + 1 < size) add(reader, fan.down + at + 1, read_write(fan.scope));
  }

  /// From what ended ok, which alone has certainly happened before the session goes on.
  void add_sessions() {
    std::vector<TxnId> last(txns_.sessions, kNone);
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn) {
      const Transaction& t = txns_.all[txn];
      if (t.outcome == Outcome::fail) continue;
      TxnId& before = last[t.session];
      if (before != kNone && txns_.all[before].completed < t.invoked) add(before, txn, kProcess);
      if (t.outcome == Outcome::ok) before = txn;
    }
  }

  /// Committed ones in the order in which they ended; events are dense, so that each has a place of its own.
  std::vector<TxnId> by_end() const {
    std::uint32_t events = 0;
    for (const Transaction& txn : txns_.all)
      if (txn.outcome == Outcome::ok) events = std::max(events, txn.completed + 1);
    std::vector<TxnId> ended(events, kNone);
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn)
      if (txns_.all[txn].outcome == Outcome::ok) ended[txns_.all[txn].completed] = txn;
    std::erase(ended, kNone);
    return ended;
  }

  /// Several transactions that end before the next begins share a barrier.
  void add_barriers() {
    const std::vector<TxnId> ended = by_end();
    auto end = ended.begin();
    std::uint32_t barrier = kNone;
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn) {
      if (txns_.failed(txn)) continue;
      const std::uint32_t now = txns_.all[txn].invoked;
      if (end != ended.end() && txns_.all[*end].completed < now) {
        const std::uint32_t next = vertices_++;
        if (barrier != kNone) add(barrier, next, kRealtime);
        barrier = next;
        for (; end != ended.end() && txns_.all[*end].completed < now; ++end) add(*end, barrier, kRealtime);
      }
      if (barrier != kNone) add(barrier, txn, kRealtime);
    }
  }

  const Transactions& txns_;
  const VersionOrder& order_;
  GraphOptions options_;
  std::uint32_t vertices_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> fans_;  ///< of each version, in all_fans_
  std::vector<std::vector<Fan>> all_fans_;
};

}  // namespace

DependencyGraph DependencyGraph::of(const Transactions& txns, const VersionOrder& order,
                                    const GraphOptions& options) {
  EdgeFinder finder(txns, order, options);
  const std::vector<Edge> edges = std::move(finder).run();
  std::vector<TxnId> names(finder.vertices(), kNone);
  for (TxnId txn = 0; txn < txns.all.size(); ++txn) names[txn] = txn;
  return {std::move(names), edges};
}

DependencyGraph::DependencyGraph(std::vector<TxnId> names, const std::vector<Edge>& edges)
    : names_(std::move(names)), first_(names_.size() + 1, 0), targets_(edges.size()), reasons_(edges.size()) {
  for (const Edge& edge : edges) ++first_[edge.from + 1];
  for (std::size_t v = 0; v < names_.size(); ++v) first_[v + 1] += first_[v];
  std::vector<std::uint32_t> at(first_.begin(), first_.end() - 1);
  for (const Edge& edge : edges) {
    const std::uint32_t place = at[edge.from]++;
    targets_[place] = edge.to;
    reasons_[place] = edge.reasons;
  }
}

DependencyGraph DependencyGraph::within(const Components& components) const {
  constexpr std::uint32_t kOutside = kNone;
  std::vector<std::uint32_t> component(vertices(), kOutside);
  std::vector<std::uint32_t> inside;
  for (std::uint32_t c = 0; c < components.size(); ++c)
    for (const std::uint32_t v : components[c]) {
      component[v] = c;
      inside.push_back(v);
    }
  std::sort(inside.begin(), inside.end());
  std::vector<std::uint32_t> number(vertices(), 0);
  std::vector<TxnId> names;
  for (const std::uint32_t v : inside) {
    number[v] = static_cast<std::uint32_t>(names.size());
    names.push_back(names_[v]);
  }
  std::vector<Edge> edges;
  for (const std::uint32_t v : inside)
    for (std::uint32_t e = begin(v); e < end(v); ++e)
      if (component[targets_[e]] == component[v])
        edges.push_back({number[v], number[targets_[e]], reasons_[e]});
  return {std::move(names), edges};
}

}  // namespace fracas::checker::transactions
