#include "checker/visibility/order_graph.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

namespace fracas::checker {

OrderGraph::OrderGraph(const SessionSteps& sessions, std::span<const std::uint32_t> part_of,
                       std::vector<OrderEdge> forced)
    : sessions_(sessions), part_of_(part_of), first_forced_(part_of.size() + 1, 0), forced_(forced.size()) {
  for (const OrderEdge& edge : forced) ++first_forced_[edge.after + 1];
  for (std::size_t w = 0; w < part_of.size(); ++w) first_forced_[w + 1] += first_forced_[w];
  std::vector<std::uint32_t> next(first_forced_.begin(), first_forced_.end() - 1);
  for (const OrderEdge& edge : forced) forced_[next[edge.after]++] = edge.before;
}

std::uint32_t OrderGraph::find_components() {
  constexpr std::uint32_t kDone = kNever;
  struct Frame {
    WriteId write;
    std::size_t first_edge;  // in `edges`; it ends where the next frame's begin
    std::uint32_t lowest;
  };
  std::vector<std::uint32_t> met(part_of_.size(), 0);  // in which order, from 1; kDone: in a component
  std::vector<Frame> frames;
  std::vector<WriteId> edges;  // still to follow
  std::vector<WriteId> open;   // met, and in no component yet
  std::uint32_t count = 0;
  std::uint32_t components = 0;
  component_.assign(part_of_.size(), kNever);
  const auto enter = [&](WriteId w) {
    met[w] = ++count;
    open.push_back(w);
    frames.push_back({w, edges.size(), met[w]});
    each_before(w, [&](WriteId other) { edges.push_back(other); });
  };
  const auto leave = [&](const Frame& frame) {
    if (frame.lowest != met[frame.write]) return;
    const bool alone = open.back() == frame.write;
    WriteId w = 0;
    do {
      w = open.back();
      open.pop_back();
      met[w] = kDone;
      if (!alone) component_[w] = components;
    } while (w != frame.write);
    components += alone ? 0 : 1;
  };
  for (WriteId root = 0; root < part_of_.size(); ++root) {
    if (met[root] != 0 || part_of_[root] == kNever) continue;
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      if (edges.size() > frame.first_edge) {
        const WriteId other = edges.back();
        edges.pop_back();
        if (met[other] == 0) {
          enter(other);
        } else if (met[other] != kDone) {
          frame.lowest = std::min(frame.lowest, met[other]);
        }
        continue;
      }
      const Frame done = frame;
      frames.pop_back();
      leave(done);
      if (!frames.empty()) frames.back().lowest = std::min(frames.back().lowest, done.lowest);
    }
  }
  return components;
}

std::vector<WriteId> OrderGraph::way(WriteId from, WriteId to, std::uint64_t& steps_left) const {
  boost::unordered_flat_map<WriteId, WriteId> next;  // on the way to `to`; only asked, never walked over
  std::vector<WriteId> reached{to};
  next.emplace(to, to);
  bool found = from == to;
  for (std::size_t i = 0; i < reached.size() && !found && steps_left > 0; ++i) {
    const WriteId w = reached[i];
    each_before(w, [&](WriteId before) {
      if (steps_left > 0) --steps_left;
      if (component_[before] != component_[to] || !next.try_emplace(before, w).second) return;
      reached.push_back(before);
      found = found || before == from;
    });
  }
  std::vector<WriteId> way;
  if (!found) return way;
  for (WriteId w = from; way.empty() || way.back() != to; w = next.at(w)) way.push_back(w);
  return way;
}

}  // namespace fracas::checker
