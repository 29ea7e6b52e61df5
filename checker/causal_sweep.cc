// How CausalKey finds what is missing: versions are taken 512 at a time, and for each such block one pass
// over the key's versions computes which of the block lie in the past of each (a bit each). So a key of n
// versions and m views costs n (n + m) / 512 steps of 64 bytes, and memory for one block only.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "checker/causal.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kBlock = 512;

/// Steps of 64 bytes after which a key is given up: some minutes.
constexpr std::uint64_t kMaxSteps = 20'000'000'000;

/// Pairs of a shown value and a later delete that supersedes it: 16 bytes each.
constexpr std::size_t kMaxContested = 4'000'000;

struct Bits {
  std::array<std::uint64_t, kBlock / 64> words{};

  void set(std::size_t i) { words[i / 64] |= 1ULL << (i % 64); }
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
  CausalSweep(const CausalKey& key, const std::vector<View>& views) : key_(key), views_(views) {
    for (std::uint32_t v = 0; v < versions().size(); ++v) {
      if (versions()[v]->f == Function::remove_key) deletes_.push_back(v);
    }
    by_begin_.resize(views.size());
    for (std::uint32_t i = 0; i < views.size(); ++i) by_begin_[i] = i;
    std::stable_sort(by_begin_.begin(), by_begin_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return views_[a].began < views_[b].began; });
    for (const View& view : views) deletes_before_.push_back(deletes_begun_before(view.ended));
    past_.resize(versions().size());
    uncovered_.resize(views.size());
  }

  boost::system::result<std::vector<Missing>, std::string> run() {
    const std::uint64_t blocks = (versions().size() + kBlock - 1) / kBlock;
    steps_ = blocks * (key_.parents_.size() + views_.size() + versions().size());
    if (steps_ > kMaxSteps) return too_large("steps", kMaxSteps);
    if (!deletes_.empty() && !find_contested()) return too_large("contested deletes", kMaxContested);
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      if (!judge_block(block)) return too_large("steps", kMaxSteps);
    }
    std::vector<Missing> found;
    for (auto& [group, missing] : missing_) found.push_back(std::move(missing));
    return found;
  }

 private:
  const std::vector<const Operation*>& versions() const { return key_.versions_; }

  std::string too_large(std::string_view what, std::uint64_t limit) const {
    return fmt::format("a key with {} versions and {} reads needs more than {} {}", versions().size(),
                       views_.size(), limit, what);
  }

  std::uint32_t deletes_begun_before(std::uint32_t event) const {
    const auto end =
        std::lower_bound(deletes_.begin(), deletes_.end(), event,
                         [&](std::uint32_t d, std::uint32_t e) { return versions()[d]->invoked < e; });
    return static_cast<std::uint32_t>(end - deletes_.begin());
  }

  /// The block's part of what lies at or below version v.
  Bits at_or_below(std::uint32_t v, std::size_t block) const {
    Bits bits = v < block ? Bits{} : past_[v];
    if (v >= block && v < block + kBlock) bits.set(v - block);
    return bits;
  }

  /// The block's part of every version's past; versions before the block have none of it.
  void fill_pasts(std::size_t block) {
    for (std::size_t v = block; v < versions().size(); ++v) {
      Bits past;
      for (std::uint32_t p = key_.first_parent_[v]; p < key_.first_parent_[v + 1]; ++p) {
        const std::uint32_t parent = key_.parents_[p];
        if (parent >= block && parent < v) past |= at_or_below(parent, block);
      }
      past_[v] = past;
    }
  }

  /// Which deletes are above a value that is shown after they began: only those can contradict a view.
  bool find_contested() {
    std::vector<std::uint32_t> last_shown(versions().size(), 0);
    for (const View& view : views_) {
      for (const std::uint32_t v : view.shown) last_shown[v] = std::max(last_shown[v], view.ended);
    }
    for (std::size_t block = 0; block < versions().size(); block += kBlock) {
      fill_pasts(block);
      const std::size_t end = std::min(block + kBlock, versions().size());
      Bits live;
      for (std::size_t v = block; v < end; ++v) {
        if (last_shown[v] > 0) live.set(v - block);
      }
      for (std::uint32_t d = 0; d < deletes_.size() && live.any(); ++d) {
        if (deletes_[d] < block) continue;
        Bits above = past_[deletes_[d]];
        above &= live;
        const std::uint32_t begun = versions()[deletes_[d]]->invoked;
        above.each([&](std::size_t bit) {
          const auto v = static_cast<std::uint32_t>(block + bit);
          if (last_shown[v] > begun) {
            contested_.push_back({v, d});
          } else {
            live.clear(bit);
          }
        });
        if (contested_.size() > kMaxContested) return false;
      }
    }
    std::sort(contested_.begin(), contested_.end());
    return true;
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

  /// Deletes of the block's rest: what they cover together (prefix), and what each is the first to cover.
  void fill_deletes(std::size_t block) {
    covered_by_.assign(1, Bits{});
    first_in_.clear();
    for (const std::uint32_t d : deletes_) {
      Bits bits = at_or_below(d, block);
      first_in_.push_back(Bits(bits).remove(covered_by_.back()));
      covered_by_.push_back(bits |= covered_by_.back());
    }
  }

  /// Takes away from `open` what deletes cover that may have been in the view's state.
  void cover_by_deletes(std::size_t view, std::size_t block, Bits& open) {
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
      const Bits covered = at_or_below(deletes_[d], block);
      doubtful.remove(covered);
      open.remove(covered);
    }
  }

  bool judge_block(std::size_t block) {
    fill_pasts(block);
    fill_deletes(block);
    require_block(block);
    Bits required;
    std::size_t next = 0;
    for (const std::uint32_t i : by_begin_) {
      while (next < by_end_.size() && versions()[by_end_[next]]->completed < views_[i].began) {
        required.set(by_end_[next++] - block);
      }
      Bits open = required;
      if (views_[i].session >= 0) open &= of_session_[views_[i].session];
      for (const std::uint32_t v : views_[i].shown) open.remove(at_or_below(v, block));
      if (views_[i].tombstones && open.any()) cover_by_deletes(i, block, open);
      uncovered_[i] = open;
    }
    collect(block);
    return steps_ <= kMaxSteps;
  }

  /// The block's acknowledged versions by completion, and by session.
  void require_block(std::size_t block) {
    by_end_.clear();
    of_session_.clear();
    for (std::size_t v = block; v < std::min(block + kBlock, versions().size()); ++v) {
      if (versions()[v]->outcome != Outcome::ok) continue;
      by_end_.push_back(static_cast<std::uint32_t>(v));
      of_session_[versions()[v]->session].set(v - block);
    }
    std::sort(by_end_.begin(), by_end_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return versions()[a]->completed < versions()[b]->completed;
    });
  }

  void collect(std::size_t block) {
    for (std::size_t i = 0; i < views_.size();) {
      const std::uint32_t group = views_[i].group;
      Bits open = uncovered_[i];
      for (++i; i < views_.size() && views_[i].group == group; ++i) open &= uncovered_[i];
      if (!open.any()) continue;
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
  }

  const CausalKey& key_;
  const std::vector<View>& views_;
  std::vector<std::uint32_t> deletes_;         ///< positions of versions, by invocation
  std::vector<std::uint32_t> by_begin_;        ///< views
  std::vector<std::uint32_t> deletes_before_;  ///< of each view: how many deletes may be hidden in it
  std::vector<Contested> contested_;
  std::vector<Bits> past_;        ///< of each version, for the current block
  std::vector<Bits> covered_by_;  ///< [d]: what deletes 0..d-1 cover
  std::vector<Bits> first_in_;    ///< [d]: what no delete before d covers
  std::vector<Bits> uncovered_;   ///< of each view
  std::vector<std::uint32_t> by_end_;
  std::map<std::int32_t, Bits> of_session_;
  std::map<std::uint32_t, Missing> missing_;
  std::uint64_t steps_ = 0;
};

boost::system::result<std::vector<Missing>, std::string> CausalKey::missing(
    const std::vector<View>& views) const {
  return CausalSweep(*this, views).run();
}

}  // namespace fracas::checker
