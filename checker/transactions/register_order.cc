#include "checker/transactions/register_order.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <queue>

#include "checker/transactions/components.h"

namespace fracas::checker::transactions {
namespace {

/// Versions of a key under dense numbers.
template <typename Edge>
struct VersionGraph {
  explicit VersionGraph(const std::vector<Edge>& all) : edges(all) {
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    names.reserve(edges.size() * 2);
    for (const Edge& edge : edges) {
      if (names.empty() || names.back() != edge.from) names.push_back(edge.from);
      names.push_back(edge.to);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    first.resize(names.size() + 1);
    std::size_t at = 0;
    for (std::size_t v = 0; v < names.size(); ++v) {
      first[v] = at;
      while (at < edges.size() && edges[at].from == names[v]) ++at;
    }
    first[names.size()] = at;
  }
  std::uint32_t vertices() const { return static_cast<std::uint32_t>(names.size()); }
  std::size_t begin(std::uint32_t v) const { return first[v]; }
  std::size_t end(std::uint32_t v) const { return first[v + 1]; }
  std::uint32_t target(std::uint32_t, std::size_t e) const { return number(edges[e].to); }
  std::uint32_t number(VersionId version) const {
    return static_cast<std::uint32_t>(std::lower_bound(names.begin(), names.end(), version) - names.begin());
  }

  /// A shortest way from the first of a component back to it.
  std::vector<VersionId> cycle(const std::vector<std::uint32_t>& component) const {
    const std::uint32_t root = component.front();
    std::vector<std::uint32_t> from(vertices(), kNoTarget);
    std::vector<std::uint32_t> queue{root};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (std::size_t e = begin(queue[i]); e < end(queue[i]); ++e) {
        const std::uint32_t to = target(queue[i], e);
        if (to == root) return path(from, root, queue[i]);
        if (from[to] != kNoTarget || !std::binary_search(component.begin(), component.end(), to)) continue;
        from[to] = queue[i];
        queue.push_back(to);
      }
    }
    return {};
  }
  std::vector<VersionId> path(const std::vector<std::uint32_t>& from, std::uint32_t root,
                              std::uint32_t last) const {
    std::vector<VersionId> way;
    for (std::uint32_t v = last; v != root; v = from[v]) way.push_back(names[v]);
    way.push_back(names[root]);
    std::reverse(way.begin(), way.end());
    return way;
  }

  std::vector<Edge> edges;
  std::vector<VersionId> names;
  std::vector<std::size_t> first;
};

}  // namespace

RegisterOrder::RegisterOrder(const Transactions& txns, Vouched vouched, VersionOrder& order)
    : txns_(txns), vouched_(vouched), order_(order), last_of_session_(txns.sessions, nullptr) {}

void RegisterOrder::run() {
  const std::vector<Touch> all = touches();
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].key == all[begin].key) ++end;
    judge(std::span(all).subspan(begin, end - begin));
    begin = end;
  }
  place_all();
}

/// By key, then in order of invocation.
std::vector<RegisterOrder::Touch> RegisterOrder::touches() const {
  std::vector<Touch> all;
  std::vector<std::uint32_t> open(txns_.keys.size(), kNone);  // where the transaction's touch of a key is
  for (TxnId txn = 0; txn < txns_.all.size(); ++txn) {
    if (txns_.failed(txn)) continue;
    const std::size_t begin = all.size();
    for (const MicroOp& step : txns_.micro_ops_of(txn)) {
      if (open[step.key] == kNone || open[step.key] < begin) {
        open[step.key] = static_cast<std::uint32_t>(all.size());
        all.push_back({.txn = txn, .key = step.key});
      }
      Touch& touch = all[open[step.key]];
      if (step.access != Access::read) {
        touch.written = step.version;
      } else if (touch.written == kNone && touch.read == kNone) {
        touch.read = step.version;
      }
    }
    for (std::size_t i = begin; i < all.size(); ++i) {
      open[all[i].key] = kNone;
      all[i].first = all[i].read != kNone ? all[i].read : all[i].written;
      all[i].last = all[i].written != kNone ? all[i].written : all[i].read;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Touch& a, const Touch& b) { return a.key < b.key; });
  return all;
}

void RegisterOrder::judge(std::span<const Touch> of_key) {
  so_far_.clear();
  std::array<std::vector<Edge>, 3> edges = {by_data(of_key), by_sessions(of_key), by_time(of_key)};
  std::vector<Edge> all;
  for (const auto& some : edges) all.insert(all.end(), some.begin(), some.end());
  // Most keys have nothing that goes round, which is found out once and not for every source.
  const bool sound = components(VersionGraph<Edge>(all)).empty();
  accept(std::move(edges[0]), Scope::data, false, sound);
  accept(std::move(edges[1]), vouched_.sequential_keys ? Scope::data : Scope::process,
         vouched_.sequential_keys, sound);
  accept(std::move(edges[2]), vouched_.linearizable_keys ? Scope::data : Scope::realtime,
         vouched_.linearizable_keys, sound);
}

std::vector<RegisterOrder::Edge> RegisterOrder::by_data(std::span<const Touch> of_key) const {
  const VersionId nil = txns_.keys[of_key.front().key].nil;
  std::vector<Edge> edges;
  for (const Touch& touch : of_key) {
    for (const VersionId version : {touch.read, touch.written})
      if (version != kNone && version != nil) edges.push_back({nil, version});
    if (touch.read != kNone && touch.written != kNone) edges.push_back({touch.read, touch.written});
  }
  return edges;
}

std::vector<RegisterOrder::Edge> RegisterOrder::by_sessions(std::span<const Touch> of_key) {
  std::vector<Edge> edges;
  for (const Touch& touch : of_key) {
    const Transaction& txn = txns_.all[touch.txn];
    const Touch*& before = last_of_session_[txn.session];
    if (before != nullptr && before->key == touch.key && before->last != touch.first &&
        txns_.all[before->txn].completed < txn.invoked)
      edges.push_back({before->last, touch.first});
    if (txn.outcome == Outcome::ok) before = &touch;
  }
  return edges;
}

std::vector<RegisterOrder::Edge> RegisterOrder::by_time(std::span<const Touch> of_key) const {
  const auto later = [&](const Touch* a, const Touch* b) {
    return txns_.all[a->txn].completed > txns_.all[b->txn].completed;
  };
  std::priority_queue<const Touch*, std::vector<const Touch*>, decltype(later)> open(later);
  std::vector<const Touch*> latest;  // completed, and before none of each other
  std::vector<Edge> edges;
  for (const Touch& touch : of_key) {
    const std::uint32_t now = txns_.all[touch.txn].invoked;
    while (!open.empty() && txns_.all[open.top()->txn].completed < now) {
      const std::uint32_t begun = txns_.all[open.top()->txn].invoked;
      std::erase_if(latest, [&](const Touch* t) { return txns_.all[t->txn].completed < begun; });
      latest.push_back(open.top());
      open.pop();
    }
    for (const Touch* before : latest)
      if (before->last != touch.first) edges.push_back({before->last, touch.first});
    if (txns_.all[touch.txn].outcome == Outcome::ok) open.push(&touch);
  }
  return edges;
}

/// Unless they make the order go round, which is reported, and then they tell nothing.
void RegisterOrder::accept(std::vector<Edge> edges, Scope scope, bool vouched, bool sound) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::erase_if(edges, [&](const Edge& e) { return std::binary_search(so_far_.begin(), so_far_.end(), e); });
  if (edges.empty()) return;
  std::vector<Edge> together;
  together.reserve(so_far_.size() + edges.size());
  std::merge(so_far_.begin(), so_far_.end(), edges.begin(), edges.end(), std::back_inserter(together));
  if (!sound && reports_cycles(together, scope, vouched)) return;
  so_far_ = std::move(together);
  for (const Edge& edge : edges) accepted_.push_back({edge, scope});
}

bool RegisterOrder::reports_cycles(const std::vector<Edge>& edges, Scope scope, bool vouched) {
  const VersionGraph<Edge> graph(edges);
  const Components found = components(graph);
  for (const auto& component : found) order_.cycles_.push_back({graph.cycle(component), scope, vouched});
  return !found.empty();
}

void RegisterOrder::place_all() {
  std::erase_if(accepted_, [&](const Accepted& a) { return !txns_.living(a.edge.to); });
  for (const Accepted& a : accepted_) ++order_.places_[a.edge.from].count;
  std::uint32_t first = 0;
  for (auto& place : order_.places_) {
    place.first = first;
    first += place.count;
    place.count = 0;
  }
  order_.next_.resize(first);
  for (const Accepted& a : accepted_) {
    auto& place = order_.places_[a.edge.from];
    order_.next_[place.first + place.count++] = {a.edge.to, a.scope};
  }
}

}  // namespace fracas::checker::transactions
