#include "checker/visibility/arbitration.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "checker/property.h"
#include "checker/visibility/pasts.h"
#include "checker/visibility/session_steps.h"

namespace fracas::checker {
namespace {

using Step = SessionHistory::Step;

constexpr std::size_t kMaxEdges = 120'000'000;
/// Of the search for the shortest cycle in one component.
constexpr std::uint64_t kMaxCycleSteps = 1'000'000;

constexpr const char* kTooMuch =
    "what sessions had seen takes more than 1.5 GB, 120 million edges or 20 billion steps to compare";

/// Stretches of time that do not overlap, ascending.
class Stretches {
 public:
  struct Stretch {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  explicit Stretches(std::vector<Stretch> overlapping) {
    std::sort(overlapping.begin(), overlapping.end(),
              [](const Stretch& a, const Stretch& b) { return a.first < b.first; });
    for (const Stretch& stretch : overlapping) {
      if (!merged_.empty() && stretch.first <= merged_.back().last) {
        merged_.back().last = std::max(merged_.back().last, stretch.last);
      } else {
        merged_.push_back(stretch);
      }
    }
  }
  /// kNever: in none.
  std::uint32_t around(std::uint32_t event) const {
    const auto after = std::upper_bound(merged_.begin(), merged_.end(), event,
                                        [](std::uint32_t e, const Stretch& s) { return e < s.first; });
    if (after == merged_.begin() || std::prev(after)->last < event) return kNever;
    return static_cast<std::uint32_t>(std::prev(after) - merged_.begin());
  }

  std::uint32_t begin(std::uint32_t stretch) const { return merged_[stretch].first; }

 private:
  std::vector<Stretch> merged_;
};

class Arbiter {
 public:
  explicit Arbiter(const SessionHistory& history) : history_(history) {}

  Arbitration run() {
    if (find_backward_edges() && !backward_.empty()) find_cycles();
    return std::move(result_);
  }

 private:
  bool too_much() {
    result_.undecided = kTooMuch;
    return false;
  }
  std::uint32_t number_of(const Step& step) const {
    return static_cast<std::uint32_t>(&step - history_.steps.data());
  }

  bool find_backward_edges() {
    const Step* last_initial = nullptr;
    const auto after_what_was_read = [&](const Step& read) {
      return read.write == SessionHistory::kInitial ? 0 : history_.happened[read.write];
    };
    const bool done = PastWalk(history_).run(false, after_what_was_read, [&](const Step& read, WriteId w) {
      if (read.write == SessionHistory::kInitial) {
        if (last_initial == &read) return;
        last_initial = &read;
        if (++result_.count <= kMaxWitnesses) result_.initial_reads.push_back({number_of(read), w});
      } else if (backward_.size() <= kMaxEdges) {
        backward_.push_back({w, read.write});
      }
    });
    return (done && backward_.size() <= kMaxEdges) || too_much();
  }

  void find_cycles() {
    std::vector<Stretches::Stretch> spans;
    spans.reserve(backward_.size());
    for (const OrderEdge& edge : backward_)
      spans.push_back({history_.happened[edge.after], history_.happened[edge.before]});
    const Stretches stretches(std::move(spans));
    std::vector<std::uint32_t> part_of(history_.writes());
    for (WriteId w = 0; w < history_.writes(); ++w) part_of[w] = stretches.around(history_.happened[w]);

    std::vector<OrderEdge> forced;
    const auto since_its_part = [&](const Step& read) {
      const bool none = read.write == SessionHistory::kInitial || part_of[read.write] == kNever;
      return none ? kNever : stretches.begin(part_of[read.write]);
    };
    const bool done = PastWalk(history_).run(true, since_its_part, [&](const Step& read, WriteId w) {
      if (part_of[w] == part_of[read.write] && forced.size() <= kMaxEdges) forced.push_back({w, read.write});
    });
    if (!done || forced.size() > kMaxEdges) {
      too_much();
      return;
    }
    const SessionSteps sessions(history_);
    OrderGraph graph(sessions, part_of, std::move(forced));
    const std::uint32_t components = graph.find_components();
    result_.count += components;
    if (components > 0) show_cycles(graph, sessions, components);
  }

  /// A cycle goes back in time somewhere.
  void show_cycles(const OrderGraph& graph, const SessionSteps& sessions, std::uint32_t components) {
    std::vector<std::vector<OrderEdge>> back(std::min<std::size_t>(components, kMaxWitnesses));
    for (const OrderEdge& edge : backward_) {
      const std::uint32_t component = graph.component_of(edge.before);
      if (component < back.size() && component == graph.component_of(edge.after))
        back[component].push_back(edge);
    }
    for (const auto& edges : back) {
      const std::vector<WriteId> shortest = shortest_cycle(graph, edges);
      OrderCycle cycle;
      for (std::size_t i = 0; i < shortest.size(); ++i) {
        const WriteId next = shortest[(i + 1) % shortest.size()];
        bool cause = false;
        sessions.each_cause(next, [&](WriteId w) { cause = cause || w == shortest[i]; });
        cycle.links.push_back({.write = shortest[i], .forced = !cause});
      }
      result_.cycles.push_back(std::move(cycle));
    }
    find_reads();
  }

  std::vector<WriteId> shortest_cycle(const OrderGraph& graph, const std::vector<OrderEdge>& back) const {
    auto whatever_it_takes = std::numeric_limits<std::uint64_t>::max();
    std::vector<WriteId> shortest = graph.way(back[0].after, back[0].before, whatever_it_takes);
    std::uint64_t steps_left = kMaxCycleSteps;
    for (const OrderEdge& edge : back) {
      if (steps_left == 0 || shortest.size() == 2) break;
      auto way = graph.way(edge.after, edge.before, steps_left);
      if (!way.empty() && way.size() < shortest.size()) shortest = std::move(way);
    }
    return shortest;
  }

  /// The reads that force the links of the cycles that are shown: the first ones.
  void find_reads() {
    std::map<std::pair<WriteId, WriteId>, std::uint32_t> reads;
    std::vector<bool> wanted(history_.writes(), false);
    for (const OrderCycle& cycle : result_.cycles) {
      for (std::size_t i = 0; i < cycle.links.size(); ++i) {
        if (!cycle.links[i].forced) continue;
        const WriteId next = cycle.links[(i + 1) % cycle.links.size()].write;
        reads.emplace(std::pair(cycle.links[i].write, next), kNever);
        wanted[next] = true;
      }
    }
    const auto if_wanted = [&](const Step& read) {
      return read.write == SessionHistory::kInitial || !wanted[read.write] ? kNever : 0;
    };
    PastWalk(history_).run(false, if_wanted, [&](const Step& read, WriteId w) {
      const auto link = reads.find({w, read.write});
      if (link != reads.end() && link->second == kNever) link->second = number_of(read);
    });
    for (OrderCycle& cycle : result_.cycles) {
      for (std::size_t i = 0; i < cycle.links.size(); ++i) {
        if (cycle.links[i].forced)
          cycle.links[i].read =
              reads.at({cycle.links[i].write, cycle.links[(i + 1) % cycle.links.size()].write});
      }
    }
  }

  const SessionHistory& history_;
  Arbitration result_;
  std::vector<OrderEdge> backward_;
};

}  // namespace

Arbitration arbitrate(const SessionHistory& history) { return Arbiter(history).run(); }

}  // namespace fracas::checker
