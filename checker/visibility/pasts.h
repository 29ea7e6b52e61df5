// What each session has seen, step by step, over all keys: its causal past (so and wr, closed), as a vector
// clock of acknowledged writes, and a set of stray ones. A clock is kept for each write that is still to be
// read and freed after its last read; writes between which nothing new was seen share one.
//
// Of the stray writes of a key only those are kept that nothing else in the past has overtaken: when a
// session reads the key and gets another write, whatever it had seen of the key comes before that.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "checker/visibility/session_history.h"

namespace fracas::checker {

/// Clocks of equal width, numbered, with counts of who needs them.
class ClockPool {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNone = kNever;
  static constexpr std::size_t kMaxBytes = std::size_t{3} << 29;

  explicit ClockPool(std::size_t width) : width_(width) {}
  /// A copy that one user needs; kNone if there is no room.
  Slot keep(std::span<const std::uint32_t> clock, const std::vector<WriteId>& strays);
  void share(Slot slot) { ++users_[slot]; }
  void release(Slot slot) {
    if (--users_[slot] > 0) return;
    strays_kept_ -= strays_[slot].size();
    strays_[slot].clear();
    free_.push_back(slot);
  }
  const std::uint32_t* clock(Slot slot) const {
    return blocks_[slot / kBlock].get() + (slot % kBlock) * width_;
  }
  const std::vector<WriteId>& strays(Slot slot) const { return strays_[slot]; }

 private:
  static constexpr std::size_t kBlock = 1024;
  std::size_t width_;
  std::vector<std::unique_ptr<std::uint32_t[]>> blocks_;
  std::vector<std::uint32_t> users_;
  std::vector<std::vector<WriteId>> strays_;
  std::vector<Slot> free_;
  std::size_t strays_kept_ = 0;
};

class PastWalk {
 public:
  explicit PastWalk(const SessionHistory&);

  /// Calls visit(step, w) for reads and other writes w of their key in the past of their session: of each
  /// session's the last one, and what is not overtaken of the strays. (Those before it in its session come
  /// before w.) Only for those that had not certainly happened before the event since(step); kNever: for
  /// none. `known`: leaves out writes that are in the past of the write that was read. False: too many clocks
  /// were needed at a time, or too many steps.
  template <typename Since, typename Visit>
  bool run(bool known, Since&& since, Visit&& visit) {
    for (const SessionHistory::Step& step : history_.steps) {
      if (!step.reads()) {
        if (!write(step)) return false;
        continue;
      }
      if (const std::uint32_t event = since(step); event != kNever) {
        work_ += 1 + history_.groups_of(step.key).size();
        if (work_ > kMaxWork) return false;
        for_each_seen(step, event, known, visit);
      }
      if (step.write != SessionHistory::kInitial) {
        overtake(step);
        join(step);
      }
    }
    return true;
  }

 private:
  static constexpr std::uint64_t kMaxWork = 20'000'000'000;

  /// Of a group, what has begun so far.
  struct Begun {
    std::uint32_t count = 0;
    std::uint32_t last = 0;  ///< the position of the last one
  };

  /// What is asked of a write together, kept together.
  struct WriteState {
    std::uint32_t session = 0;
    std::uint32_t position = 0;
    std::uint32_t group = kNever;             ///< kNever: it is stray
    std::uint32_t unread = 0;                 ///< reads still to come
    ClockPool::Slot slot = ClockPool::kNone;  ///< its clock, while there are any
  };

  std::uint32_t* clock_of(std::uint32_t session) { return clocks_.data() + std::size_t{session} * width_; }
  bool write(const SessionHistory::Step&);
  void overtake(const SessionHistory::Step&);
  void join(const SessionHistory::Step&);
  std::span<const WriteId> strays_of(std::uint32_t session, std::uint32_t key) const;

  /// The last write of a group before this position; kNever if there is none.
  WriteId last_before(std::size_t group, std::uint32_t end) const {
    const Begun& begun = begun_[group];
    if (begun.count == 0) return kNever;
    const WriteId first = history_.groups[group].first;
    if (begun.last < end) return first + begun.count - 1;
    // What a session has seen is mostly among the latest: from the end in growing strides, then by halves.
    const std::uint32_t* positions = history_.position.data() + first;
    std::uint32_t after = begun.count - 1;  // positions[after] >= end
    std::uint32_t stride = 1;
    std::uint32_t low = 0;  // everything below is < end
    while (after > 0) {
      const std::uint32_t probe = after > stride ? after - stride : 0;
      if (positions[probe] < end) {
        low = probe + 1;
        break;
      }
      after = probe;
      stride *= 2;
    }
    after = static_cast<std::uint32_t>(std::lower_bound(positions + low, positions + after, end) - positions);
    return after == 0 ? kNever : first + after - 1;
  }

  bool precedes_in_session(WriteId a, WriteId b) const {
    return history_.session[a] == history_.session[b] && history_.position[a] < history_.before(b);
  }

  template <typename Visit>
  void for_each_seen(const SessionHistory::Step& step, std::uint32_t event, bool known, Visit& visit) {
    const std::uint32_t* clock = clock_of(step.session);
    const bool initial = step.write == SessionHistory::kInitial;
    const bool skips = known && !initial;
    const std::uint32_t* past = skips ? pool_.clock(states_[step.write].slot) : nullptr;
    for (std::size_t g = history_.first_group[step.key]; g < history_.first_group[step.key + 1]; ++g) {
      // Nearly always: what a session did last to the key is long past. Earlier ones had happened before.
      if (happened_[g] < event) continue;
      const std::uint32_t session = history_.groups[g].session;
      const WriteId w = last_before(g, clock[session]);
      if (w == kNever || w == step.write || history_.happened[w] < event) continue;
      if (skips && (history_.position[w] < past[session] || precedes_in_session(w, step.write))) continue;
      visit(step, w);
    }
    for (const WriteId w : strays_of(step.session, step.key))
      if (w != step.write && history_.happened[w] >= event) visit(step, w);
  }

  const SessionHistory& history_;
  std::size_t width_;
  std::uint64_t work_ = 0;
  std::vector<std::uint32_t> clocks_;  ///< of each session: how many of each session's writes it has seen
  std::vector<std::vector<WriteId>> strays_;  ///< of each session, ascending
  std::vector<ClockPool::Slot> shared_;  ///< of each session: a copy of its clock as it is, if there is one
  std::vector<Begun> begun_;             ///< of each group
  std::vector<std::uint32_t> happened_;  ///< of each group: SessionHistory::happened of its last
  std::vector<WriteState> states_;       ///< of each write
  ClockPool pool_;
  std::vector<WriteId> joined_;
};

}  // namespace fracas::checker
