// What is missing from an answer with siblings where the history shows no contexts: a write may have
// superseded whatever had begun before it ended, whether its client had seen that or the store overwrote it
// by itself. So a version is missing for certain only if it began after the end of all that is shown, and of
// every delete that the answer may hide. One look at each version that began between that end and the read.
#include <algorithm>

#include "checker/causal.h"

namespace fracas::checker {
namespace {

/// Looks at a version (a few ns each) after which a key is given up.
constexpr std::uint64_t kMaxLooks = 5'000'000'000;

/// Deletes by invocation, with the last end of those up to each.
class HiddenDeletes {
 public:
  explicit HiddenDeletes(std::span<const Operation* const> versions) {
    for (const Operation* o : versions) {
      if (o->f != Function::remove_key) continue;
      const std::uint32_t before = deletes_.empty() ? 0 : deletes_.back().ended;
      deletes_.push_back({o->invoked, std::max(before, o->completed)});
    }
  }

  /// The last end of those that began before this event; -1: there is none.
  std::int64_t last_end(std::uint32_t event) const {
    const auto after = std::lower_bound(deletes_.begin(), deletes_.end(), event,
                                        [](const Delete& d, std::uint32_t e) { return d.begun < e; });
    return after == deletes_.begin() ? -1 : std::int64_t{std::prev(after)->ended};
  }

 private:
  struct Delete {
    std::uint32_t begun;
    std::uint32_t ended;  ///< of this one and all before
  };
  std::vector<Delete> deletes_;
};

}  // namespace

boost::system::result<std::vector<std::vector<Missing>>, std::string> CausalKey::missing_in_doubt(
    std::span<const View> views, std::vector<Demands> questions) const {
  const HiddenDeletes deletes(versions_);
  const auto may_cover_until = [&](const View& view) {
    std::int64_t end = view.tombstones ? deletes.last_end(view.ended) : -1;
    for (const std::uint32_t v : view.shown) end = std::max(end, std::int64_t{versions_[v]->completed});
    return end;
  };
  std::uint64_t looks = 0;
  std::vector<std::vector<Missing>> found(questions.size());
  for (Demands& demands : questions)
    std::stable_sort(demands.begin(), demands.end(),
                     [](const Demand& a, const Demand& b) { return a.version < b.version; });
  for (std::size_t first = 0, next = 0; first < views.size(); first = next) {
    const View& view = views[first];
    std::int64_t covered = -1;
    for (next = first; next < views.size() && views[next].group == view.group; ++next)
      covered = std::max(covered, may_cover_until(views[next]));
    for (std::size_t q = 0; q < questions.size(); ++q) {
      Missing missing{.group = view.group};
      auto demand = std::partition_point(questions[q].begin(), questions[q].end(), [&](const Demand& d) {
        return std::int64_t{versions_[d.version]->invoked} <= covered;
      });
      for (; demand != questions[q].end() && versions_[demand->version]->invoked < view.began; ++demand) {
        if (++looks > kMaxLooks)
          return "a key of which no contexts were recorded has too many versions that its reads miss";
        const bool asked =
            demand->event < view.began && (demand->session < 0 || demand->session == view.session);
        if (!asked || (!missing.versions.empty() && missing.versions.back() == demand->version)) continue;
        ++missing.count;
        if (missing.versions.size() == 2 * kMaxMissing)
          missing.versions.erase(missing.versions.begin(), missing.versions.begin() + kMaxMissing);
        missing.versions.push_back(demand->version);
      }
      if (missing.count > 0) found[q].push_back(std::move(missing));
    }
  }
  return found;
}

}  // namespace fracas::checker
