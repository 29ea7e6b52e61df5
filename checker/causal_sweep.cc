// How CausalKey finds what is missing: versions are taken 512 at a time, and for each such block one pass
// over the key's versions computes which of the block lie in the past of each (a bit each). So a key of n
// versions and m views costs n (n + m) / 512 steps of 64 bytes, and memory for one block only. What several
// properties demand of the same views is judged in the same pass: a view covers the same for all of them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "checker/causal.h"
#include "checker/causal_past.h"

namespace fracas::checker {
namespace {

/// Steps (a few ns each) after which a key is given up: about a minute.
constexpr std::uint64_t kMaxSteps = 20'000'000'000;

/// Pairs of a shown value and a later delete that supersedes it: 8 bytes each.
constexpr std::size_t kMaxContested = 4'000'000;

/// A shown value and a delete that has it in its past.
struct Contested {
  std::uint32_t value;
  std::uint32_t removal;  ///< position among the deletes
  auto operator<=>(const Contested&) const = default;
};

/// One property's demands, as the blocks of versions go by.
struct Asked {
  Demands demands{};             ///< by block of their versions, then by event
  std::size_t next = 0;          ///< in this block: the first that has not come into force
  std::size_t end = 0;           ///< of this block
  std::vector<Bits> required{};  ///< of everyone, then of each session: what has been demanded so far
  std::map<std::uint32_t, Missing> missing{};
};

/// What an answer covers: what is below all that it shows, and what deletes may hide.
struct Covering {
  CausalPast::SetId set;
  std::uint32_t deletes;
};

/// A value that a view shows, by the block in which it is.
struct Shown {
  std::uint32_t version;
  std::uint32_t view;
};

}  // namespace

class CausalSweep {
 public:
  CausalSweep(const CausalKey& key, std::span<const View> views)
      : key_(key), views_(views), past_(key.parents_, key.first_parent_) {
    for (std::uint32_t v = 0; v < versions().size(); ++v) {
      if (versions()[v]->f == Function::remove_key) deletes_.push_back(v);
    }
  }

  boost::system::result<std::vector<std::vector<Missing>>, std::string> missing(
      std::vector<Demands> questions) {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + views_.size() + versions().size());
    for (const Demands& demands : questions) steps_ += demands.size();
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    take_views();
    for (Demands& demands : questions) ask(std::move(demands));
    open_.resize(asked_.size());
    if (!deletes_.empty() && !find_contested()) return too_large("contested deletes", kMaxContested);
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      judge_block(block);
      if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    }
    std::vector<std::vector<Missing>> found;
    for (Asked& asked : asked_) {
      found.emplace_back();
      for (auto& [group, missing] : asked.missing) found.back().push_back(std::move(missing));
    }
    return found;
  }

  boost::system::result<std::vector<SideBySide>, std::string> side_by_side() {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + versions().size());
    for (const View& view : views_) steps_ += view.shown.size() * view.shown.size();
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    const std::vector<Shown> shown = shown_together();
    std::vector<SideBySide> found;
    auto next = shown.begin();
    for (std::size_t block = 0; next != shown.end(); block += kBlock) {
      if (next->version >= block + kBlock) continue;
      past_.fill(block);
      for (; next != shown.end() && next->version < block + kBlock; ++next) compare(*next, block, found);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const SideBySide& a, const SideBySide& b) { return a.view < b.view; });
    return found;
  }

 private:
  const std::vector<const Operation*>& versions() const { return key_.versions_; }

  std::string too_large(std::string_view what, std::uint64_t limit) const {
    return fmt::format("a key with {} versions and {} reads needs more than {} {}", versions().size(),
                       views_.size(), limit, what);
  }

  /// Views by the event at which they begin, their sessions by number, and how many deletes each may hide.
  void take_views() {
    by_begin_.resize(views_.size());
    for (std::uint32_t i = 0; i < views_.size(); ++i) by_begin_[i] = i;
    std::stable_sort(by_begin_.begin(), by_begin_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return views_[a].began < views_[b].began; });
    for (const View& view : views_) {
      deletes_before_.push_back(deletes_begun_before(view.ended));
      session_of_.push_back(number_of(view.session));
    }
  }

  /// 0: everyone.
  std::uint32_t number_of(std::int32_t session) {
    if (session < 0) return 0;
    return sessions_.try_emplace(session, static_cast<std::uint32_t>(sessions_.size() + 1)).first->second;
  }

  void ask(Demands demands) {
    Asked asked{.demands = std::move(demands)};
    for (Demand& demand : asked.demands)
      demand.session = static_cast<std::int32_t>(number_of(demand.session));
    std::stable_sort(asked.demands.begin(), asked.demands.end(), [](const Demand& a, const Demand& b) {
      return std::pair(a.version / kBlock, a.event) < std::pair(b.version / kBlock, b.event);
    });
    asked_.push_back(std::move(asked));
  }

  /// Whatever is shown beside something later, which alone can have superseded it; ascending.
  std::vector<Shown> shown_together() const {
    std::vector<Shown> together;
    for (std::uint32_t i = 0; i < views_.size(); ++i) {
      const auto shown = views_[i].shown;
      if (shown.size() < 2) continue;
      const std::uint32_t last = *std::max_element(shown.begin(), shown.end());
      for (const std::uint32_t v : shown)
        if (v < last) together.push_back({v, i});
    }
    std::stable_sort(together.begin(), together.end(),
                     [](const Shown& a, const Shown& b) { return a.version / kBlock < b.version / kBlock; });
    return together;
  }

  void compare(const Shown& lower, std::size_t block, std::vector<SideBySide>& found) const {
    for (const std::uint32_t above : views_[lower.view].shown) {
      if (above > lower.version && past_.of(above).has(lower.version - block))
        found.push_back({lower.view, lower.version, above});
    }
  }

  std::uint32_t deletes_begun_before(std::uint32_t event) const {
    const auto end =
        std::lower_bound(deletes_.begin(), deletes_.end(), event,
                         [&](std::uint32_t d, std::uint32_t e) { return versions()[d]->invoked < e; });
    return static_cast<std::uint32_t>(end - deletes_.begin());
  }

  /// Which deletes are above a value that is shown after they began: only those can contradict a view.
  bool find_contested() {
    std::vector<std::uint32_t> last_shown(versions().size(), 0);
    for (const View& view : views_) {
      for (const std::uint32_t v : view.shown) last_shown[v] = std::max(last_shown[v], view.ended);
    }
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      past_.fill(block);
      contest_block(block, last_shown);
      if (contested_.size() > kMaxContested) return false;
    }
    std::sort(contested_.begin(), contested_.end());
    for (std::size_t i = 0; i < views_.size(); ++i) contested_view_.push_back(!contradicted(i).empty());
    return true;
  }

  void contest_block(std::size_t block, const std::vector<std::uint32_t>& last_shown) {
    Bits live;
    for (std::size_t v = block; v < std::min(block + kBlock, versions().size()); ++v) {
      if (last_shown[v] > 0) live.set(v - block);
    }
    const auto first = std::lower_bound(deletes_.begin(), deletes_.end(), block);
    for (auto d = first; d != deletes_.end() && live.any() && contested_.size() <= kMaxContested; ++d) {
      Bits above = past_.of(*d);
      above &= live;
      const std::uint32_t begun = versions()[*d]->invoked;
      above.each([&](std::size_t bit) {
        const auto v = static_cast<std::uint32_t>(block + bit);
        if (last_shown[v] > begun) {
          contested_.push_back({v, static_cast<std::uint32_t>(d - deletes_.begin())});
        } else {
          live.clear(bit);
        }
      });
    }
  }

  /// The deletes that cannot have been in this view's state, ascending.
  std::vector<std::uint32_t> contradicted(std::size_t view) const {
    std::vector<std::uint32_t> removals;
    for (const std::uint32_t v : views_[view].shown) {
      const auto first = std::lower_bound(contested_.begin(), contested_.end(), Contested{v, 0});
      for (auto at = first; at != contested_.end() && at->value == v && at->removal < deletes_before_[view];
           ++at) {
        removals.push_back(at->removal);
      }
    }
    std::sort(removals.begin(), removals.end());
    removals.erase(std::unique(removals.begin(), removals.end()), removals.end());
    return removals;
  }

  /// What the deletes cover together (prefix), and what each is the first to cover.
  void fill_deletes() {
    covered_by_.assign(1, Bits{});
    first_in_.clear();
    for (const std::uint32_t d : deletes_) {
      Bits bits = past_.of(d);
      first_in_.push_back(Bits(bits).remove(covered_by_.back()));
      covered_by_.push_back(bits |= covered_by_.back());
    }
  }

  /// Takes away from `open` what deletes cover that may have been in the view's state.
  void cover_by_deletes(std::uint32_t view, Bits& open) {
    if (deletes_.empty()) return;
    if (!contested_view_[view]) {
      open.remove(covered_by_[deletes_before_[view]]);
      return;
    }
    Bits doubtful;
    const std::vector<std::uint32_t> out = contradicted(view);
    for (const std::uint32_t d : out) doubtful |= first_in_[d];
    doubtful &= open;
    open.remove(Bits(covered_by_[deletes_before_[view]]).remove(doubtful));
    auto skip = out.begin();
    for (std::uint32_t d = 0; d < deletes_before_[view] && doubtful.any(); ++d) {
      if (skip != out.end() && *skip == d) {
        ++skip;
        continue;
      }
      ++steps_;
      doubtful.remove(past_.of(deletes_[d]));
      open.remove(past_.of(deletes_[d]));
    }
  }

  void judge_block(std::size_t block) {
    past_.fill(block);
    fill_deletes();
    for (Asked& asked : asked_) begin_block(asked, block);
    note_demanded(block);
    // Whoever began before the first demand was asked for nothing.
    auto next = std::partition_point(by_begin_.begin(), by_begin_.end(),
                                     [&](std::uint32_t view) { return views_[view].began <= first_demand_; });
    while (next != by_begin_.end()) {
      // The views of a group began at the same event, so they are next to each other in this order too.
      const auto group_end = std::find_if(next, by_begin_.end(), [&](std::uint32_t view) {
        return views_[view].group != views_[*next].group;
      });
      const std::span<const std::uint32_t> group(next, group_end);
      if (std::none_of(group.begin(), group.end(), [&](std::uint32_t v) { return covers_demanded(v); }))
        judge_group(group, block);
      next = group_end;
    }
  }

  /// All that is ever demanded of the block, and from which event on.
  void note_demanded(std::size_t block) {
    demanded_ = {};
    first_demand_ = kNever;
    covering_.reset();
    for (const Asked& asked : asked_) {
      if (asked.next != asked.end) first_demand_ = std::min(first_demand_, asked.demands[asked.next].event);
      for (std::size_t i = asked.next; i < asked.end; ++i) demanded_.set(asked.demands[i].version - block);
    }
  }

  /// The view certainly covers all that is ever demanded of the block: true of most, long after the block.
  bool covers_demanded(std::uint32_t view) {
    if (contested_view_.size() > view && contested_view_[view]) return false;
    const auto shown = views_[view].shown;
    const Covering mine{shown.empty() ? CausalPast::kEmpty : past_.set_of(shown.front()),
                        views_[view].tombstones ? deletes_before_[view] : 0};
    const bool alike =
        std::all_of(shown.begin(), shown.end(), [&](std::uint32_t v) { return past_.set_of(v) == mine.set; });
    if (!alike) return false;
    if (covering_ && covering_->set == mine.set && covering_->deletes <= mine.deletes) return true;
    if (!Bits(demanded_).remove(past_[mine.set]).within(covered_by_[mine.deletes])) return false;
    covering_ = mine;
    return true;
  }

  void judge_group(std::span<const std::uint32_t> group, std::size_t block) {
    const std::uint32_t first = group.front();
    Bits any;
    for (std::size_t q = 0; q < asked_.size(); ++q) {
      bring_up_to(asked_[q], views_[first].began, block);
      open_[q] = asked_[q].required[0];
      if (session_of_[first] > 0) open_[q] |= asked_[q].required[session_of_[first]];
      any |= open_[q];
    }
    for (const std::uint32_t view : group) {
      if (any.any()) remove_covered(view, any);
    }
    if (!any.any()) return;
    for (std::size_t q = 0; q < asked_.size(); ++q) {
      if ((open_[q] &= any).any()) collect(asked_[q], views_[first].group, block, open_[q]);
    }
  }

  void begin_block(Asked& asked, std::size_t block) const {
    asked.required.assign(sessions_.size() + 1, Bits{});
    const auto before = [](const Demand& demand, std::size_t b) { return demand.version < b; };
    const auto begin = asked.demands.begin();
    const auto next = std::lower_bound(begin, asked.demands.end(), block, before);
    asked.next = static_cast<std::size_t>(next - begin);
    asked.end =
        static_cast<std::size_t>(std::lower_bound(next, asked.demands.end(), block + kBlock, before) - begin);
  }

  /// Demands made before this event are in force.
  static void bring_up_to(Asked& asked, std::uint32_t event, std::size_t block) {
    for (; asked.next < asked.end && asked.demands[asked.next].event < event; ++asked.next) {
      const Demand& demand = asked.demands[asked.next];
      asked.required[static_cast<std::size_t>(demand.session)].set(demand.version - block);
    }
  }

  /// Leaves in `open` what is asked for and this view does not cover.
  void remove_covered(std::uint32_t view, Bits& open) {
    CausalPast::SetId removed = CausalPast::kEmpty;  // siblings often have the same past in this block
    for (const std::uint32_t v : views_[view].shown) {
      if (past_.set_of(v) == removed) continue;
      removed = past_.set_of(v);
      open.remove(past_[removed]);
    }
    if (views_[view].tombstones && open.any()) cover_by_deletes(view, open);
  }

  static void collect(Asked& asked, std::uint32_t group, std::size_t block, const Bits& open) {
    Missing& missing = asked.missing[group];
    missing.group = group;
    open.each([&](std::size_t bit) {
      ++missing.count;
      if (missing.versions.size() == 2 * kMaxMissing) {
        missing.versions.erase(missing.versions.begin(), missing.versions.begin() + kMaxMissing);
      }
      missing.versions.push_back(static_cast<std::uint32_t>(block + bit));
    });
  }

  const CausalKey& key_;
  std::span<const View> views_;
  std::vector<Asked> asked_;
  std::map<std::int32_t, std::uint32_t> sessions_;  ///< numbered from 1
  std::vector<std::uint32_t> session_of_;           ///< of each view; 0: of nobody
  std::vector<std::uint32_t> deletes_;              ///< positions of versions, by invocation
  std::vector<std::uint32_t> by_begin_;             ///< views
  std::vector<std::uint32_t> deletes_before_;       ///< of each view: how many deletes may be hidden in it
  std::vector<Contested> contested_;
  std::vector<bool> contested_view_;
  CausalPast past_;
  std::vector<Bits> covered_by_;      ///< [d]: what deletes 0..d-1 cover
  std::vector<Bits> first_in_;        ///< [d]: what no delete before d covers
  std::vector<Bits> open_;            ///< for each question
  Bits demanded_;                     ///< of this block, by whatever question
  std::uint32_t first_demand_ = 0;    ///< event
  std::optional<Covering> covering_;  ///< the last that was seen to cover what is demanded
  std::uint64_t steps_ = 0;
};

boost::system::result<std::vector<std::vector<Missing>>, std::string> CausalKey::missing(
    std::span<const View> views, std::vector<Demands> questions) const {
  if (!key_.contexts_recorded()) return missing_in_doubt(views, std::move(questions));
  return CausalSweep(*this, views).missing(std::move(questions));
}

boost::system::result<std::vector<SideBySide>, std::string> CausalKey::side_by_side(
    std::span<const View> views) const {
  return CausalSweep(*this, views).side_by_side();
}

}  // namespace fracas::checker
