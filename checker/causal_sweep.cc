// How CausalKey finds what is missing: versions are taken 512 at a time, and for each such block one pass
// over the key's versions computes which of the block lie in the past of each (a bit each). So a key of n
// versions and m views costs n (n + m) / 512 steps of 64 bytes, and memory for one block only.
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

}  // namespace

class CausalSweep {
 public:
  CausalSweep(const CausalKey& key, const std::vector<View>& views, std::vector<Demand> demands)
      : key_(key), views_(views), demands_(std::move(demands)) {
    for (std::uint32_t v = 0; v < versions().size(); ++v) {
      if (versions()[v]->f == Function::remove_key) deletes_.push_back(v);
    }
    for (const Demand& demand : demands_) required_.try_emplace(demand.session);
    std::stable_sort(demands_.begin(), demands_.end(), [](const Demand& a, const Demand& b) {
      return std::pair(a.version / kBlock, a.event) < std::pair(b.version / kBlock, b.event);
    });
    by_begin_.resize(views.size());
    for (std::uint32_t i = 0; i < views.size(); ++i) by_begin_[i] = i;
    std::stable_sort(by_begin_.begin(), by_begin_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return views_[a].began < views_[b].began; });
    for (const View& view : views) {
      deletes_before_.push_back(deletes_begun_before(view.ended));
      required_.try_emplace(view.session);
    }
    below_.resize(versions().size());
  }

  boost::system::result<std::vector<Missing>, std::string> run() {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + views_.size() + versions().size()) + demands_.size();
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    if (!deletes_.empty() && !find_contested()) return too_large("contested deletes", kMaxContested);
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      judge_block(block);
      if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    }
    std::vector<Missing> found;
    for (auto& [group, missing] : missing_) found.push_back(std::move(missing));
    return found;
  }

  boost::system::result<std::vector<SideBySide>, std::string> side_by_side() {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + versions().size());
    for (const View& view : views_) steps_ += blocks * view.shown.size() * view.shown.size();
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    std::vector<SideBySide> found;
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      fill_below(block);
      for (std::uint32_t i = 0; i < views_.size(); ++i) compare(i, block, found);
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

  /// Pairs of what the view shows, the lower one in this block.
  void compare(std::uint32_t view, std::size_t block, std::vector<SideBySide>& found) const {
    for (const std::uint32_t above : views_[view].shown) {
      for (const std::uint32_t below : views_[view].shown) {
        if (below == above || below < block || below >= block + kBlock) continue;
        if (sets_[below_[above]].has(below - block)) found.push_back({view, below, above});
      }
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
    sets_.push_back(Bits(sets_[a]) |= sets_[b]);
    return static_cast<std::uint32_t>(sets_.size() - 1);
  }

  /// Which of the block's versions lie at or below each version. Versions before the block have none below
  /// them.
  void fill_below(std::size_t block) {
    sets_.assign(1, Bits{});
    if (block >= kBlock)
      std::fill(below_.begin() + static_cast<std::ptrdiff_t>(block - kBlock),
                below_.begin() + static_cast<std::ptrdiff_t>(block), kEmpty);
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
    for (auto& [session, bits] : required_) bits = {};
    auto next = std::lower_bound(demands_.begin(), demands_.end(), block,
                                 [](const Demand& demand, std::size_t b) { return demand.version < b; });
    const auto end = std::lower_bound(next, demands_.end(), block + kBlock,
                                      [](const Demand& demand, std::size_t b) { return demand.version < b; });
    for (std::size_t i = 0; i < by_begin_.size();) {
      const View& view = views_[by_begin_[i]];
      for (; next != end && next->event < view.began; ++next)
        required_.find(next->session)->second.set(next->version - block);
      // The views of a group began at the same event, so they are next to each other in this order too.
      Bits open = required_.find(view.session)->second;
      for (; i < by_begin_.size() && views_[by_begin_[i]].group == view.group; ++i) {
        if (open.any()) remove_covered(by_begin_[i], open);
      }
      if (open.any()) collect(view.group, block, open);
    }
  }

  /// Leaves in `open` what is asked for and this view does not cover.
  void remove_covered(std::uint32_t view, Bits& open) {
    for (const std::uint32_t v : views_[view].shown) open.remove(sets_[below_[v]]);
    if (views_[view].tombstones && open.any()) cover_by_deletes(view, open);
  }

  void collect(std::uint32_t group, std::size_t block, const Bits& open) {
    Missing& missing = missing_[group];
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
  const std::vector<View>& views_;
  std::vector<Demand> demands_;                ///< by block of their versions, then by event
  std::map<std::int32_t, Bits> required_;      ///< of each session: what has been demanded so far
  std::vector<std::uint32_t> deletes_;         ///< positions of versions, by invocation
  std::vector<std::uint32_t> by_begin_;        ///< views
  std::vector<std::uint32_t> deletes_before_;  ///< of each view: how many deletes may be hidden in it
  std::vector<Contested> contested_;
  std::vector<bool> contested_view_;
  std::vector<Bits> sets_;            ///< of the block's versions; 0: the empty one
  std::vector<std::uint32_t> below_;  ///< of each version: the set at or below it
  std::vector<Bits> covered_by_;      ///< [d]: what deletes 0..d-1 cover
  std::vector<Bits> first_in_;        ///< [d]: what no delete before d covers
  std::map<std::uint32_t, Missing> missing_;
  std::uint64_t steps_ = 0;
};

boost::system::result<std::vector<Missing>, std::string> CausalKey::missing(
    const std::vector<View>& views, std::vector<Demand> demands) const {
  return CausalSweep(*this, views, std::move(demands)).run();
}

boost::system::result<std::vector<SideBySide>, std::string> CausalKey::side_by_side(
    const std::vector<View>& views) const {
  return CausalSweep(*this, views, {}).side_by_side();
}

}  // namespace fracas::checker
