// How CausalKey finds what is missing: versions are taken 512 at a time, and for each such block one pass
// over the key's versions computes which of the block lie in the past of each (a bit each). So a key of n
// versions and m views costs n (n + m) / 512 steps of 64 bytes, and memory for one block only. What several
// properties demand of the same views is judged in the same pass: a view covers the same for all of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "checker/causal.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kBlock = 512;

/// Steps (a few ns each) after which a key is given up: about a minute.
constexpr std::uint64_t kMaxSteps = 20'000'000'000;

/// Pairs of a shown value and a later delete that supersedes it: 8 bytes each.
constexpr std::size_t kMaxContested = 4'000'000;

struct Bits {
  std::array<std::uint64_t, kBlock / 64> words{};

  void set(std::size_t i) { words[i / 64] |= 1ULL << (i % 64); }
  bool operator==(const Bits&) const = default;
  bool has(std::size_t i) const { return (words[i / 64] >> (i % 64) & 1) != 0; }
  void clear(std::size_t i) { words[i / 64] &= ~(1ULL << (i % 64)); }
  bool any() const {
    std::uint64_t all = 0;
    for (const std::uint64_t word : words) all |= word;
    return all != 0;
  }
  Bits& operator|=(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
    return *this;
  }
  Bits& operator&=(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] &= other.words[i];
    return *this;
  }
  Bits& remove(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] &= ~other.words[i];
    return *this;
  }
  bool within(const Bits& other) const {
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < words.size(); ++i) outside |= words[i] & ~other.words[i];
    return outside == 0;
  }
  template <typename Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (std::uint64_t rest = words[i]; rest != 0; rest &= rest - 1) {
        visit(i * 64 + static_cast<std::size_t>(__builtin_ctzll(rest)));
      }
    }
  }
};

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

/// A value that a view shows, by the block in which it is.
struct Shown {
  std::uint32_t version;
  std::uint32_t view;
};

}  // namespace

class CausalSweep {
 public:
  CausalSweep(const CausalKey& key, std::span<const View> views) : key_(key), views_(views) {
    for (std::uint32_t v = 0; v < versions().size(); ++v) {
      if (versions()[v]->f == Function::remove_key) deletes_.push_back(v);
    }
    below_.resize(versions().size());
  }

  boost::system::result<std::vector<std::vector<Missing>>, std::string> missing(
      std::vector<Demands> questions) {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + views_.size() + versions().size());
    for (const Demands& demands : questions) steps_ += demands.size();
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    take_views();
    for (Demands& demands : questions) ask(std::move(demands));
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
      fill_below(block);
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
      if (above > lower.version && sets_[below_[above]].has(lower.version - block))
        found.push_back({lower.view, lower.version, above});
    }
  }

  std::uint32_t deletes_begun_before(std::uint32_t event) const {
    const auto end =
        std::lower_bound(deletes_.begin(), deletes_.end(), event,
                         [&](std::uint32_t d, std::uint32_t e) { return versions()[d]->invoked < e; });
    return static_cast<std::uint32_t>(end - deletes_.begin());
  }

  /// The set that holds both; a new one only if neither holds the other.
  std::uint32_t join(std::uint32_t a, std::uint32_t b) {
    if (a == b || b == kEmpty) return a;
    if (a == kEmpty) return b;
    if (sets_[b].within(sets_[a])) return a;
    if (sets_[a].within(sets_[b])) return b;
    const Bits both = Bits(sets_[a]) |= sets_[b];
    if (both != sets_.back()) sets_.push_back(both);
    return static_cast<std::uint32_t>(sets_.size() - 1);
  }

  /// Which of the block's versions lie at or below each version. Versions before the block have none below
  /// them.
  void fill_below(std::size_t block) {
    sets_.assign(1, Bits{});
    std::fill(below_.begin(), below_.begin() + static_cast<std::ptrdiff_t>(block), kEmpty);
    for (std::size_t v = block; v < versions().size(); ++v) {
      std::uint32_t below = kEmpty;
      for (std::uint32_t p = key_.first_parent_[v]; p < key_.first_parent_[v + 1]; ++p) {
        if (key_.parents_[p] < v) below = join(below, below_[key_.parents_[p]]);
      }
      if (v < block + kBlock) {
        sets_.push_back(sets_[below]);
        sets_.back().set(v - block);
        below = static_cast<std::uint32_t>(sets_.size() - 1);
      }
      below_[v] = below;
    }
  }

  /// Which deletes are above a value that is shown after they began: only those can contradict a view.
  bool find_contested() {
    std::vector<std::uint32_t> last_shown(versions().size(), 0);
    for (const View& view : views_) {
      for (const std::uint32_t v : view.shown) last_shown[v] = std::max(last_shown[v], view.ended);
    }
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      fill_below(block);
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
      Bits above = sets_[below_[*d]];
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
      Bits bits = sets_[below_[d]];
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
      doubtful.remove(sets_[below_[deletes_[d]]]);
      open.remove(sets_[below_[deletes_[d]]]);
    }
  }

  void judge_block(std::size_t block) {
    fill_below(block);
    fill_deletes();
    for (Asked& asked : asked_) begin_block(asked, block);
    std::vector<Bits> open(asked_.size());
    for (std::size_t i = 0; i < by_begin_.size();) {
      const std::uint32_t first = by_begin_[i];
      Bits any;
      for (std::size_t q = 0; q < asked_.size(); ++q) {
        bring_up_to(asked_[q], views_[first].began, block);
        open[q] = asked_[q].required[0];
        if (session_of_[first] > 0) open[q] |= asked_[q].required[session_of_[first]];
        any |= open[q];
      }
      // The views of a group began at the same event, so they are next to each other in this order too.
      const std::uint32_t group = views_[first].group;
      for (; i < by_begin_.size() && views_[by_begin_[i]].group == group; ++i) {
        if (any.any()) remove_covered(by_begin_[i], any);
      }
      if (!any.any()) continue;
      for (std::size_t q = 0; q < asked_.size(); ++q) {
        if ((open[q] &= any).any()) collect(asked_[q], group, block, open[q]);
      }
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
    std::uint32_t removed = kEmpty;  // siblings often have the same past in this block
    for (const std::uint32_t v : views_[view].shown) {
      if (below_[v] == removed) continue;
      removed = below_[v];
      open.remove(sets_[removed]);
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

  static constexpr std::uint32_t kEmpty = 0;

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
  std::vector<Bits> sets_;            ///< of the block's versions; 0: the empty one
  std::vector<std::uint32_t> below_;  ///< of each version: the set at or below it
  std::vector<Bits> covered_by_;      ///< [d]: what deletes 0..d-1 cover
  std::vector<Bits> first_in_;        ///< [d]: what no delete before d covers
  std::uint64_t steps_ = 0;
};

boost::system::result<std::vector<std::vector<Missing>>, std::string> CausalKey::missing(
    std::span<const View> views, std::vector<Demands> questions) const {
  return CausalSweep(*this, views).missing(std::move(questions));
}

boost::system::result<std::vector<SideBySide>, std::string> CausalKey::side_by_side(
    std::span<const View> views) const {
  return CausalSweep(*this, views).side_by_side();
}

}  // namespace fracas::checker
