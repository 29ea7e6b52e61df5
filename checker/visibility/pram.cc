#include "checker/visibility/pram.h"

#include <algorithm>
#include <span>
#include <utility>

#include "checker/property.h"
#include "checker/visibility/session_steps.h"

namespace fracas::checker {
namespace {

using Step = SessionHistory::Step;

constexpr std::uint64_t kMaxSteps = 20'000'000'000;
/// Of making witnesses small.
constexpr std::uint64_t kMaxShrinking = 300'000'000;

/// All writes as one session's reads order them.
class Pipeline {
 public:
  explicit Pipeline(const SessionHistory& history)
      : history_(history),
        entered_(history.writes(), kNever),
        first_edge_(history.writes(), kNever),
        met_(history.writes(), unmet) {
    first_chained_.assign(std::size_t{history.writing} + 1, 0);
    for (WriteId w = 0; w < history.writes(); ++w)
      if (!history.is_stray(w)) ++first_chained_[history.session[w] + 1];
    for (std::size_t s = 0; s < history.writing; ++s) first_chained_[s + 1] += first_chained_[s];
    chained_.resize(first_chained_.back());
    for (WriteId w = 0; w < history.writes(); ++w)
      if (!history.is_stray(w)) chained_[first_chained_[history.session[w]] + history.position[w]] = w;
    seen_.assign(history.writing, 0);
  }

  /// Whether a session's own steps have an order.
  bool has_order(std::uint32_t session, std::span<const std::uint32_t> steps) {
    forget_edges();
    bool fine = pass(session, steps, false);
    // Only what is put before an earlier read than it came in by can change anything.
    if (fine && !edges_.empty()) fine = settle(session, steps);
    return fine;
  }

  /// Writes that the last question was about: what was read, and what had to come before it.
  std::vector<WriteId> involved(std::uint32_t session, std::span<const std::uint32_t> steps) {
    std::vector<WriteId> writes;
    for (const std::uint32_t s : steps)
      if (history_.steps[s].write != SessionHistory::kInitial) writes.push_back(history_.steps[s].write);
    keep_going_ = true;
    noted_ = &writes;
    has_order(session, steps);
    noted_ = nullptr;
    keep_going_ = false;
    std::sort(writes.begin(), writes.end());
    writes.erase(std::unique(writes.begin(), writes.end()), writes.end());
    return writes;
  }

  std::uint64_t work() const { return work_; }

 private:
  enum Met : std::uint8_t { unmet, open, done };

  struct Edge {
    WriteId before = 0;
    WriteId after = 0;
    std::uint32_t next = kNever;  ///< of the same `after`
  };

  void forget_edges() {
    for (const Edge& edge : edges_) first_edge_[edge.after] = kNever;
    edges_.clear();
  }
  void forget_writes() {
    for (std::size_t s = 0; s < seen_.size(); ++s) {
      for (std::uint32_t i = 0; i < seen_[s]; ++i) entered_[chained_[first_chained_[s] + i]] = kNever;
      seen_[s] = 0;
    }
    for (const WriteId w : strays_) entered_[w] = kNever;
    strays_.clear();
  }

  void reach(WriteId write, std::uint32_t now) {
    todo_.assign(1, write);
    while (!todo_.empty()) {
      const WriteId w = todo_.back();
      todo_.pop_back();
      const bool stray = history_.is_stray(w);
      if (stray && entered_[w] == kNever) {
        strays_.push_back(w);
        enter(w, now);
      }
      const std::uint32_t session = history_.session[w];
      const std::uint32_t end = history_.before(w) + (stray ? 0 : 1);
      while (session < seen_.size() && seen_[session] < end)
        enter(chained_[first_chained_[session] + seen_[session]++], now);
    }
  }
  void enter(WriteId w, std::uint32_t now) {
    ++work_;
    entered_[w] = now;
    for (std::uint32_t e = first_edge_[w]; e != kNever; e = edges_[e].next) todo_.push_back(edges_[e].before);
  }

  /// a comes before b in the session of both.
  bool precedes(WriteId a, WriteId b) const {
    return history_.session[a] == history_.session[b] && !history_.is_stray(a) &&
           history_.position[a] < history_.before(b);
  }

  /// The last write of a group among what was reached; kNever if there is none.
  WriteId last_seen(const SessionHistory::Group& group) const {
    const auto begin = history_.position.begin() + group.first;
    const auto end = std::lower_bound(begin, begin + group.count, seen_[group.session]);
    return end == begin ? kNever : group.first + static_cast<WriteId>(end - begin) - 1;
  }

  /// Puts a write before what a read of its key returned. False: that is not possible.
  bool put_before(WriteId w, WriteId returned, bool all) {
    ++work_;
    if (noted_ != nullptr) noted_->push_back(w);
    if (returned == SessionHistory::kInitial || precedes(returned, w)) return false;
    if (precedes(w, returned) || (!all && entered_[w] <= entered_[returned])) return true;
    fresh_.push_back({w, returned, kNever});
    return true;
  }

  /// One look at the session's steps in its order, with the edges that are known; collects those that follow.
  bool pass(std::uint32_t session, std::span<const std::uint32_t> steps, bool all) {
    forget_writes();
    fresh_.clear();
    sum_ = 0;
    std::uint32_t own = 0;
    bool fine = true;
    for (std::uint32_t now = 0; now < steps.size() && (fine || keep_going_); ++now) {
      const Step& step = history_.steps[steps[now]];
      ++work_;
      if (!step.reads()) {
        if (history_.is_stray(step.write)) continue;
        // What has to come before an earlier read cannot come after it.
        fine = fine && (session >= seen_.size() || seen_[session] <= history_.position[step.write]);
        own = history_.position[step.write] + 1;
        reach(step.write, now);
        continue;
      }
      const bool known = step.write != SessionHistory::kInitial && entered_[step.write] != kNever;
      if (step.write != SessionHistory::kInitial) reach(step.write, now);
      fine = fine && (session >= seen_.size() || seen_[session] <= own);
      // What has only now come in comes last: nothing that was there before has to be put before it.
      if (!all && noted_ == nullptr && step.write != SessionHistory::kInitial && !known) continue;
      for (const SessionHistory::Group& group : history_.groups_of(step.key)) {
        ++work_;
        const WriteId w = last_seen(group);
        if (w != kNever && w != step.write) fine = put_before(w, step.write, all) && fine;
      }
      for (WriteId w = history_.first_stray[step.key]; w < history_.end_of_key[step.key]; ++w) {
        ++work_;
        if (entered_[w] != kNever && w != step.write) fine = put_before(w, step.write, all) && fine;
      }
      for (const std::uint32_t count : seen_) sum_ += all ? count : 0;
      sum_ += all ? strays_.size() : 0;
    }
    keep_fresh();
    return fine;
  }

  void keep_fresh() {
    forget_edges();
    edges_.swap(fresh_);
    for (std::uint32_t e = 0; e < edges_.size(); ++e) {
      edges_[e].next = first_edge_[edges_[e].after];
      first_edge_[edges_[e].after] = e;
    }
  }

  /// Passes until nothing more comes before any read.
  bool settle(std::uint32_t session, std::span<const std::uint32_t> steps) {
    if (!pass(session, steps, true) && !keep_going_) return false;
    for (std::uint64_t before = kNever + std::uint64_t{1}; before != sum_ && work_ < kMaxSteps;) {
      before = sum_;
      if (!pass(session, steps, true)) return false;
    }
    return !comes_before_itself();
  }

  bool comes_before_itself() {
    std::vector<WriteId> visited;
    const bool cyclic = search(visited);
    for (const WriteId w : visited) met_[w] = unmet;
    return cyclic;
  }

  bool search(std::vector<WriteId>& visited) {
    std::vector<std::uint8_t>& met = met_;
    std::vector<std::pair<WriteId, bool>> path;  // and whether what comes before it has been met
    const auto visit = [&](WriteId w) {
      if (met[w] == open) return true;
      if (met[w] == unmet) path.emplace_back(w, false);
      return false;
    };
    for (const Edge& root : edges_) {
      visit(root.after);
      while (!path.empty()) {
        const WriteId w = path.back().first;
        if (path.back().second || met[w] != unmet) {
          if (path.back().second) met[w] = done;
          path.pop_back();
          continue;
        }
        path.back().second = true;
        met[w] = open;
        visited.push_back(w);
        ++work_;
        const std::uint32_t before = history_.before(w);
        if (before > 0 && visit(chained_[first_chained_[history_.session[w]] + before - 1])) return true;
        for (std::uint32_t e = first_edge_[w]; e != kNever; e = edges_[e].next)
          if (visit(edges_[e].before)) return true;
      }
    }
    return false;
  }

  const SessionHistory& history_;
  std::vector<std::uint32_t> first_chained_;  ///< of each session
  std::vector<WriteId> chained_;              ///< acknowledged writes by session and position
  std::vector<std::uint32_t> entered_;        ///< of each write: the step before which it had to come in
  std::vector<std::uint32_t> first_edge_;     ///< of each write: of those to it
  std::vector<std::uint8_t> met_;             ///< of each write, during a search for cycles
  std::vector<Edge> edges_;
  std::vector<Edge> fresh_;
  std::vector<std::uint32_t> seen_;  ///< of each session: how many of its writes
  std::vector<WriteId> strays_;
  std::vector<WriteId> todo_;
  std::vector<WriteId>* noted_ = nullptr;
  bool keep_going_ = false;
  std::uint64_t sum_ = 0;  ///< of all that comes before each read
  std::uint64_t work_ = 0;
};

/// The beginning of a session's steps that has no order, at most four times as long as it has to be; empty:
/// all of them have one. A store that breaks it mostly does so soon.
std::span<const std::uint32_t> without_order(Pipeline& pipeline, std::uint32_t session,
                                             std::span<const std::uint32_t> steps) {
  for (std::size_t length = 64;; length *= 4) {
    const auto beginning = steps.first(std::min(length, steps.size()));
    if (!pipeline.has_order(session, beginning)) return beginning;
    if (beginning.size() == steps.size()) return {};
  }
}

/// Takes reads away as long as the rest has no order, more and more finely.
std::vector<std::uint32_t> shrunk(Pipeline& pipeline, const SessionHistory& history, std::uint32_t session,
                                  std::vector<std::uint32_t> steps, std::uint64_t most) {
  const std::uint64_t limit = pipeline.work() + most;
  for (std::size_t size = (steps.size() + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
    for (std::size_t end = steps.size(); end > 0 && pipeline.work() < limit;) {
      const std::size_t begin = end > size ? end - size : 0;
      std::vector<std::uint32_t> fewer;
      for (std::size_t i = 0; i < steps.size(); ++i)
        if (i < begin || i >= end || !history.steps[steps[i]].reads()) fewer.push_back(steps[i]);
      if (fewer.size() < steps.size() && !pipeline.has_order(session, fewer)) steps = std::move(fewer);
      end = begin;
    }
  }
  return steps;
}

}  // namespace

PramCheck check_pipelines(const SessionHistory& history) {
  PramCheck result;
  const SessionSteps sessions(history);
  Pipeline pipeline(history);
  std::vector<std::span<const std::uint32_t>> unordered;
  for (std::uint32_t s = 0; s < history.sessions; ++s) {
    const auto shortest = without_order(pipeline, s, sessions.of(s));
    if (!shortest.empty()) unordered.push_back(shortest);
    if (pipeline.work() < kMaxSteps) continue;
    result.undecided = "the writes before each session's reads take more than 20 billion steps to compare";
    break;
  }
  result.count = unordered.size();
  unordered.resize(std::min(unordered.size(), kMaxWitnesses));
  for (const auto& beginning : unordered) {
    const std::uint32_t session = history.steps[beginning[0]].session;
    const auto steps = shrunk(pipeline, history, session, {beginning.begin(), beginning.end()},
                              kMaxShrinking / static_cast<std::uint64_t>(unordered.size()));
    Unordered found{.session = session};
    for (const std::uint32_t step : steps)
      if (history.steps[step].reads()) found.reads.push_back(step);
    found.writes = pipeline.involved(session, steps);
    result.sessions.push_back(std::move(found));
  }
  return result;
}

}  // namespace fracas::checker
