#include "checker/transactions/cycles.h"

#include <algorithm>
#include <array>
#include <deque>

namespace fracas::checker::transactions {
namespace {

/// Graphs by what they forbid, each with more edges than the one before.
enum class Strength : std::uint8_t { writes, flow, snapshots, order };
constexpr std::array kStrengths = {Strength::writes, Strength::flow, Strength::snapshots, Strength::order};

constexpr Reasons ordered(Scope scope) {
  return static_cast<Reasons>(write_write(scope) | read_write(scope));
}

/// Orders of versions that rest on sessions or real time are those of models with snapshots.
Reasons reasons_of(Strength strength, Scope scope) {
  Reasons reasons = write_write(Scope::data);
  if (strength >= Strength::flow) reasons |= kWriteRead;
  if (strength >= Strength::snapshots) reasons |= read_write(Scope::data);
  if (scope >= Scope::process) {
    reasons |= kProcess;
    if (strength >= Strength::snapshots) reasons |= ordered(Scope::process);
  }
  if (scope == Scope::realtime) {
    reasons |= kRealtime;
    if (strength >= Strength::snapshots) reasons |= ordered(Scope::realtime);
  }
  return reasons;
}

/// Some of the reasons.
struct Masked {
  const DependencyGraph& graph;
  Reasons mask;
  std::uint32_t vertices() const { return graph.vertices(); }
  std::uint32_t begin(std::uint32_t v) const { return graph.begin(v); }
  std::uint32_t end(std::uint32_t v) const { return graph.end(v); }
  std::uint32_t target(std::uint32_t v, std::uint32_t e) const {
    return (graph.reasons(e) & mask) != 0 ? graph.target(v, e) : kNoTarget;
  }
  Reasons taken(std::uint32_t e) const { return graph.reasons(e) & mask; }
  std::uint32_t of(std::uint32_t v) const { return v; }
};

/// Each vertex twice: 2v, reached by anything else, and 2v + 1, reached by a missed write, from where none
/// may follow. Vertices that only save edges pass on what they were reached by.
struct Nonadjacent {
  const DependencyGraph& graph;
  Reasons mask;
  std::uint32_t vertices() const { return graph.vertices() * 2; }
  std::uint64_t begin(std::uint32_t s) const { return std::uint64_t{graph.begin(s / 2)} * 2; }
  std::uint64_t end(std::uint32_t s) const { return std::uint64_t{graph.end(s / 2)} * 2; }
  std::uint32_t target(std::uint32_t s, std::uint64_t e) const {
    if (taken(e) == 0) return kNoTarget;
    const std::uint32_t to = graph.target(s / 2, static_cast<std::uint32_t>(e / 2));
    if (e % 2 == 0) return to * 2;
    return s % 2 == 0 || graph.name(s / 2) == kNone ? to * 2 + 1 : kNoTarget;
  }
  Reasons taken(std::uint64_t e) const {
    const Reasons reasons = graph.reasons(static_cast<std::uint32_t>(e / 2)) & mask;
    return static_cast<Reasons>(e % 2 == 0 ? reasons & ~kReadWrite : reasons & kReadWrite);
  }
  std::uint32_t of(std::uint32_t s) const { return s / 2; }
};

/// Shortest ways within one component, where vertices that only save edges take no length.
template <typename View>
class WaySearch {
 public:
  WaySearch(const View& view, const DependencyGraph& graph, std::uint64_t& steps)
      : view_(view), graph_(graph), steps_(steps), came_(view.vertices()), stamp_(view.vertices(), 0) {}

  /// The shortest way from a transaction of the component back to it, of those from the first ones that the
  /// budget is enough for; at least from the first.
  std::vector<Hop> shortest_cycle(const std::vector<std::uint32_t>& component) {
    std::vector<Hop> best;
    for (const std::uint32_t start : component) {
      if (graph_.name(view_.of(start)) == kNone) continue;
      if (!best.empty() && (steps_ == 0 || best.size() == 2)) break;
      std::vector<Hop> found = way(start, start, component, best.empty() ? kNone : best.size());
      if (!found.empty() && (best.empty() || found.size() < best.size())) best = std::move(found);
    }
    return best;
  }

  /// Hops from one vertex to another; empty: there is no way, or none shorter than that.
  std::vector<Hop> way(std::uint32_t from, std::uint32_t to, const std::vector<std::uint32_t>& component,
                       std::size_t shorter_than) {
    ++now_;
    std::deque<Visit> queue{{from, 0}};
    while (!queue.empty()) {
      const Visit at = queue.front();
      queue.pop_front();
      const std::size_t length = at.length + (graph_.name(view_.of(at.vertex)) != kNone ? 1 : 0);
      if (length >= shorter_than) continue;
      for (auto e = view_.begin(at.vertex); e != view_.end(at.vertex); ++e) {
        steps_ -= steps_ > 0 ? 1 : 0;
        const std::uint32_t next = view_.target(at.vertex, e);
        if (next == kNoTarget) continue;
        if (next == to) return trace(from, at.vertex, view_.taken(e));
        if (stamp_[next] == now_ || !std::binary_search(component.begin(), component.end(), next)) continue;
        stamp_[next] = now_;
        came_[next] = {at.vertex, view_.taken(e)};
        const Visit visit{next, length};
        if (graph_.name(view_.of(next)) != kNone) {
          queue.push_back(visit);
        } else {
          queue.push_front(visit);
        }
      }
    }
    return {};
  }

 private:
  struct Visit {
    std::uint32_t vertex;
    std::size_t length;
  };
  struct Came {
    std::uint32_t from = 0;
    Reasons reasons = 0;
  };

  std::vector<Hop> trace(std::uint32_t from, std::uint32_t last, Reasons reasons) const {
    std::vector<Hop> hops;
    for (std::uint32_t v = last;;) {
      if (const TxnId txn = graph_.name(view_.of(v)); txn != kNone) hops.push_back({txn, reasons});
      if (v == from) break;
      reasons = came_[v].reasons;
      v = came_[v].from;
    }
    std::reverse(hops.begin(), hops.end());
    return hops;
  }

  const View& view_;
  const DependencyGraph& graph_;
  std::uint64_t& steps_;
  std::vector<Came> came_;
  std::vector<std::uint32_t> stamp_;
  std::uint32_t now_ = 0;
};

class CycleSearch {
 public:
  CycleSearch(const DependencyGraph& graph, std::span<const Scope> scopes, const SearchLimits& limits)
      : graph_(graph), scopes_(scopes), steps_(limits.steps) {}

  std::vector<Cycle> run() && {
    for (const Strength strength : kStrengths)
      for (const Scope scope : scopes_) search(strength, scope);
    return std::move(found_);
  }

 private:
  void search(Strength strength, Scope scope) {
    const Reasons mask = reasons_of(strength, scope);
    if (strength == Strength::snapshots) {
      const Nonadjacent view{graph_, mask};
      search_in(view, strength, scope, mask);
    } else {
      const Masked view{graph_, mask};
      search_in(view, strength, scope, mask);
    }
  }

  template <typename View>
  void search_in(const View& view, Strength strength, Scope scope, Reasons mask) {
    WaySearch<View> ways(view, graph_, steps_);
    for (const auto& component : components(view)) {
      std::vector<std::uint32_t> vertices;
      for (const std::uint32_t v : component) vertices.push_back(view.of(v));
      std::sort(vertices.begin(), vertices.end());
      vertices.erase(std::unique(vertices.begin(), vertices.end()), vertices.end());
      const bool told = contains_told(strength, scope, vertices);
      told_.push_back({strength, scope, vertices});
      if (told) continue;
      Cycle cycle{.phenomenon = Phenomenon::g0, .scope = scope};
      if (strength == Strength::snapshots) {
        cycle.hops = with_one_missed(vertices, mask);
        cycle.phenomenon = cycle.hops.empty() ? Phenomenon::g_nonadjacent : Phenomenon::g_single;
      } else {
        cycle.phenomenon = strength == Strength::writes ? Phenomenon::g0
                           : strength == Strength::flow ? Phenomenon::g1c
                                                        : Phenomenon::g2_item;
      }
      if (cycle.hops.empty()) cycle.hops = ways.shortest_cycle(component);
      found_.push_back(std::move(cycle));
    }
  }

  struct Told {
    Strength strength;
    Scope scope;
    std::vector<std::uint32_t> vertices;
  };

  /// A component of a graph with fewer edges lies within one of a graph with more, or shares nothing with it.
  bool contains_told(Strength strength, Scope scope, const std::vector<std::uint32_t>& vertices) const {
    return std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
      return told.strength <= strength && told.scope <= scope &&
             (told.strength != strength || told.scope != scope) &&
             std::binary_search(vertices.begin(), vertices.end(), told.vertices.front());
    });
  }

  /// A missed write u -> v and a way from v to u without one: 64 missed writes at a time, by a bit each,
  /// until nothing changes.
  std::vector<Hop> with_one_missed(const std::vector<std::uint32_t>& vertices, Reasons mask) {
    const Reasons flow = static_cast<Reasons>(mask & ~kReadWrite);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> missed;  // from a transaction, into where it leads
    for (const std::uint32_t u : vertices)
      for (std::uint32_t e = graph_.begin(u); e < graph_.end(u); ++e)
        if ((graph_.reasons(e) & mask & kReadWrite) != 0 && graph_.name(u) != kNone)
          for (const std::uint32_t v : behind_fan(graph_.target(u, e), mask)) missed.emplace_back(u, v);
    if (missed.size() > steps_) missed.resize(steps_);
    std::vector<Hop> best;
    const Masked view{graph_, flow};
    WaySearch<Masked> ways(view, graph_, steps_);
    for (std::size_t first = 0; first < missed.size() && best.empty() && steps_ > 0; first += 64) {
      const std::size_t count = std::min<std::size_t>(64, missed.size() - first);
      const auto lanes = std::span(missed).subspan(first, count);
      for (const std::size_t lane : closed_lanes(lanes, vertices, flow)) {
        const auto [u, v] = lanes[lane];
        std::vector<Hop> hops = ways.way(v, u, vertices, best.empty() ? kNone : best.size());
        if (hops.empty()) continue;
        hops.push_back({graph_.name(u), static_cast<Reasons>(mask & kReadWrite)});
        if (best.empty() || hops.size() < best.size()) best = std::move(hops);
      }
    }
    return best;
  }

  /// The transactions that a missed write may be of.
  std::vector<std::uint32_t> behind_fan(std::uint32_t v, Reasons mask) {
    std::vector<std::uint32_t> behind{v};
    std::vector<std::uint32_t> transactions;
    for (std::size_t i = 0; i < behind.size() && steps_ > 0; ++i, --steps_) {
      const std::uint32_t at = behind[i];
      if (graph_.name(at) != kNone) {
        transactions.push_back(at);
        continue;
      }
      for (std::uint32_t e = graph_.begin(at); e < graph_.end(at); ++e)
        if ((graph_.reasons(e) & mask & kReadWrite) != 0) behind.push_back(graph_.target(at, e));
    }
    return transactions;
  }

  /// Which of the missed writes lead back to where they were missed.
  std::vector<std::size_t> closed_lanes(std::span<const std::pair<std::uint32_t, std::uint32_t>> lanes,
                                        const std::vector<std::uint32_t>& vertices, Reasons flow) {
    reached_.resize(graph_.vertices(), 0);
    for (const std::uint32_t v : vertices) reached_[v] = 0;
    std::deque<std::uint32_t> work;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      reached_[lanes[lane].second] |= 1ULL << lane;
      work.push_back(lanes[lane].second);
    }
    while (!work.empty() && steps_ > 0) {
      const std::uint32_t v = work.front();
      work.pop_front();
      for (std::uint32_t e = graph_.begin(v); e < graph_.end(v); ++e) {
        steps_ -= steps_ > 0 ? 1 : 0;
        const std::uint32_t to = graph_.target(v, e);
        if ((graph_.reasons(e) & flow) == 0 || (reached_[v] & ~reached_[to]) == 0 ||
            !std::binary_search(vertices.begin(), vertices.end(), to))
          continue;
        reached_[to] |= reached_[v];
        work.push_back(to);
      }
    }
    std::vector<std::size_t> closed;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
      if ((reached_[lanes[lane].first] >> lane & 1U) != 0) closed.push_back(lane);
    return closed;
  }

  const DependencyGraph& graph_;
  std::span<const Scope> scopes_;
  std::uint64_t steps_;
  std::vector<Told> told_;
  std::vector<std::uint64_t> reached_;
  std::vector<Cycle> found_;
};

}  // namespace

std::vector<Cycle> find_cycles(const DependencyGraph& graph, std::span<const Scope> scopes,
                               const SearchLimits& limits) {
  const Components all = components(graph);
  if (all.empty()) return {};
  return CycleSearch(graph.within(all), scopes, limits).run();
}

}  // namespace fracas::checker::transactions
