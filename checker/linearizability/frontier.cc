#include "checker/linearizability/frontier.h"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "checker/linearizability/mask.h"
#include "checker/linearizability/route.h"
#include "checker/linearizability/spent.h"
#include "checker/linearizability/states.h"

namespace fracas::checker::linearizability {
namespace {

/// Ends of steps in order; the higher half is the event. Almost in order already: as far apart as operations
/// overlap.
std::vector<std::uint64_t> ends_of(const std::vector<Step>& steps) {
  std::vector<std::uint64_t> ends;
  ends.reserve(steps.size());
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    if (steps[i].must_happen()) ends.push_back(std::uint64_t{steps[i].completed} << 32 | i);
  }
  std::sort(ends.begin(), ends.end());
  return ends;
}

std::uint64_t most_at_once(const std::vector<Step>& steps, const std::vector<std::uint64_t>& ends) {
  std::uint64_t most = 0;
  std::uint64_t begun = 0;
  std::size_t ended = 0;
  for (const Step& step : steps) {
    while (ended < ends.size() && ends[ended] >> 32 < step.invoked) ++ended;
    if (step.must_happen()) most = std::max(most, ++begun - ended);
  }
  return most;
}

template <std::size_t kWords>
struct Configuration {
  Mask<kWords> done{};   ///< of the steps under way: has happened
  Mask<kWords> maybe{};  ///< may have, if that is wanted: hidden by a write since
  State state = 0;
  Spent::Id spent = 0;
  Routes::Id route = 0;
  bool unseen = false;  ///< the last steps were updates, and nothing has looked at what they left

  bool same_place(const Configuration& other) const {
    return state == other.state && done == other.done && maybe == other.maybe;
  }
};

template <std::size_t kWords>
std::size_t hash_value(const Configuration<kWords>& c) {
  std::size_t seed = c.state;
  for (const std::uint64_t word : c.done.words) boost::hash_combine(seed, word);
  for (const std::uint64_t word : c.maybe.words) boost::hash_combine(seed, word);
  return seed;
}

/// Configurations, each once, and none beside a better one of the same place.
template <typename Config>
class Seen {
 public:
  void clear() {
    all.clear();
    if (!heads_.empty()) heads_.clear();
    next_.clear();
  }
  /// False if one that is at least as good is there.
  bool add(const Config& c, const Spent& spent) {
    constexpr std::uint32_t kFew = 24;  // compared one by one
    if (all.size() < kFew) {
      for (const Config& other : all) {
        if (other.same_place(c) && as_good(other, c, spent)) return false;
      }
      all.push_back(c);
      return true;
    }
    if (heads_.empty()) {
      for (std::uint32_t i = 0; i < all.size(); ++i) link(i);
    }
    const auto head = heads_.find(boost::hash<Config>()(c));
    if (head != heads_.end()) {
      for (std::uint32_t i = head->second; i != kNone; i = next_[i]) {
        if (all[i].same_place(c) && as_good(all[i], c, spent)) return false;
      }
    }
    all.push_back(c);
    link(static_cast<std::uint32_t>(all.size() - 1));
    return true;
  }

  std::vector<Config> all;

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  static bool as_good(const Config& a, const Config& b, const Spent& spent) {
    return (!a.unseen || b.unseen) && spent.at_most(a.spent, b.spent);
  }
  void link(std::uint32_t i) {
    next_.resize(all.size(), kNone);
    const auto [head, first] = heads_.try_emplace(boost::hash<Config>()(all[i]), i);
    if (!first) next_[i] = std::exchange(head->second, i);
  }

  boost::unordered_flat_map<std::size_t, std::uint32_t> heads_;  ///< by hash
  std::vector<std::uint32_t> next_;                              ///< with the same hash
};

template <typename States, std::size_t kWords>
class Frontier {
 public:
  Frontier(Object& object, const Limits& limits, bool with_order)
      : object_(object), limits_(limits), with_order_(with_order), states_(object) {
    under_way_.resize(Mask<kWords>::kSize);
    place_.resize(object.steps.size());
    now_.push_back({.state = states_.initial()});
  }

  Searched run(const std::vector<std::uint64_t>& ends) {
    std::uint32_t begun = 0;
    for (const std::uint64_t end : ends) {
      const auto step = static_cast<std::uint32_t>(end);
      while (begun < object_.steps.size() && object_.steps[begun].invoked < end >> 32) begin(begun++);
      finish(place_[step]);
      if (gave_up_ != nullptr) return {.end = Searched::End::gave_up, .step = step, .limit = gave_up_};
      if (now_.empty()) return {.end = Searched::End::contradiction, .step = step};
    }
    Searched result;
    if (with_order_) result.order = routes_.finish(now_.front().route);
    return result;
  }

 private:
  using Config = Configuration<kWords>;

  /// Updates of unknown outcome that do the same.
  struct Class {
    Step step;
    std::vector<std::uint32_t> members{};  ///< that have begun
  };

  void begin(std::uint32_t index) {
    const Step& step = object_.steps[index];
    if (!step.must_happen()) return begin_unsure(index);
    const unsigned place = taken_.first_free();
    taken_.set(place);
    place_[index] = static_cast<std::uint16_t>(place);
    const Manner manner = states_.manner(step);
    under_way_[place] = {&step, index, manner};
    if (!manner.shows) {
      updates_.set(place);
      if (manner.always) hideable_.set(place);
      return;
    }
    shows_.set(place);
    for (Config& c : now_) {
      if (states_.after(c.state, step) == kImpossible) continue;
      c.done.set(place);
      c.route = turn(c.route, index);
    }
  }

  void begin_unsure(std::uint32_t index) {
    const Step& step = object_.steps[index];
    const auto [known, first] = class_of_.try_emplace(std::tuple(step.act, step.value, step.to),
                                                      static_cast<std::uint32_t>(classes_.size()));
    if (first) classes_.push_back({.step = step});
    classes_[known->second].members.push_back(index);
  }

  Routes::Id turn(Routes::Id before, std::uint32_t step, bool hidden = false, bool hiding = false) {
    return with_order_ ? routes_.add({.before = before, .step = step, .hidden = hidden, .hiding = hiding})
                       : 0;
  }

  /// The step at this place ends: it has happened by now in every configuration that stays.
  void finish(unsigned place) {
    const bool everywhere =
        std::all_of(now_.begin(), now_.end(), [&](const Config& c) { return c.done.has(place); });
    if (everywhere) {
      for (Config& c : now_) c.done.clear(place);
    } else {
      let_happen(place);
    }
    taken_.clear(place);
    updates_.clear(place);
    shows_.clear(place);
    hideable_.clear(place);
    if (everywhere) return;
    keep_the_best();
    if (with_order_ && routes_.crowded()) tidy_routes();
    if (spent_.size() > kManySpent && spent_.size() > 4 * now_.size()) tidy_spent();
  }

  void let_happen(unsigned place) {
    then_.clear();
    seen_.clear();
    for (const Config& c : now_) {
      if (c.done.has(place)) {
        arrive(c, place);
      } else {
        reach(c);
      }
    }
    // Grows while it is walked over.
    for (std::size_t i = 0; i < seen_.all.size() && gave_up_ == nullptr; ++i)
      expand(Config(seen_.all[i]), place);
  }

  void reach(const Config& c) {
    seen_.add(c, spent_);
    if (seen_.all.size() > limits_.configurations) gave_up_ = "configurations at one event";
  }

  void arrive(Config c, unsigned place) {
    c.done.clear(place);
    c.maybe.clear(place);
    c.unseen = false;
    then_.add(c, spent_);
    if (then_.all.size() > limits_.configurations) gave_up_ = "configurations at one event";
  }

  void expand(const Config& c, unsigned place) {
    const Pending& ending = under_way_[place];
    if (c.maybe.has(place)) {
      Config hidden = c;
      hidden.route = turn(c.route, ending.index, true);
      arrive(hidden, place);
    }
    if (!ending.manner.shows) take(c, place, place);
    updates_.without(c.done).each([&](unsigned other) {
      if (other != place) take(c, other, place);
    });
    for (std::uint32_t k = 0; k < classes_.size(); ++k) {
      const std::uint32_t used = spent_.of(c.spent, k);
      if (used < classes_[k].members.size()) spend(c, k, used, place);
    }
  }

  /// The step at `other` happens; the one at `place` is about to end.
  void take(const Config& c, unsigned other, unsigned place) {
    const Pending& pending = under_way_[other];
    if (c.unseen && (pending.manner.hides || (States::kCommute && other == place))) return;
    const State state = after(c.state, *pending.step);
    if (state == kImpossible) return;
    Config next = c;
    next.done.set(other);
    next.maybe.clear(other);
    next.route = turn(c.route, pending.index, false, pending.manner.hides);
    go_on(next, state, pending.manner, place);
  }

  void spend(const Config& c, std::uint32_t k, std::uint32_t used, unsigned place) {
    const Class& unsure = classes_[k];
    const Manner manner = states_.manner(unsure.step);
    if (c.unseen && manner.hides) return;
    const State state = after(c.state, unsure.step);
    if (state == kImpossible || state == c.state) return;
    Config next = c;
    next.spent = spent_.more(c.spent, k);
    next.route = turn(c.route, unsure.members[used], false, manner.hides);
    go_on(next, state, manner, place);
  }

  State after(State state, const Step& step) {
    if (++steps_ > limits_.steps) gave_up_ = "steps of the search";
    if (states_.room() > limits_.state_elements) gave_up_ = "room for the states of the object";
    return states_.after(state, step);
  }

  void go_on(Config& next, State state, const Manner& manner, unsigned place) {
    if (manner.hides) next.maybe = next.maybe | hideable_.without(next.done);
    const bool changed = state != next.state;
    next.state = state;
    const bool looked = changed && look(next);
    next.unseen = manner.always && !looked;
    if (next.done.has(place)) {
      arrive(next, place);
    } else {
      reach(next);
    }
  }

  /// Whoever waits for this state gets it.
  bool look(Config& c) {
    bool any = false;
    shows_.without(c.done).each([&](unsigned place) {
      if (states_.after(c.state, *under_way_[place].step) == kImpossible) return;
      c.done.set(place);
      c.route = turn(c.route, under_way_[place].index);
      any = true;
    });
    return any;
  }

  /// Everything that b can do later, a can do too.
  bool covers(const Config& a, const Config& b) const {
    return a.state == b.state && (a.done ^ b.done).without(a.maybe).none() &&
           b.maybe.without(a.maybe).none() && spent_.at_most(a.spent, b.spent);
  }

  void keep_the_best() {
    constexpr std::size_t kFew = 256;
    std::vector<Config>& all = then_.all;
    now_.clear();
    if (all.size() > kFew) {
      now_.swap(all);
      return;
    }
    for (const Config& c : all) {
      if (std::any_of(now_.begin(), now_.end(), [&](const Config& other) { return covers(other, c); }))
        continue;
      std::erase_if(now_, [&](const Config& other) { return covers(c, other); });
      now_.push_back(c);
    }
  }

  void tidy_routes() {
    std::vector<Routes::Id> ends;
    for (const Config& c : now_) ends.push_back(c.route);
    routes_.tidy(ends);
    for (std::size_t i = 0; i < now_.size(); ++i) now_[i].route = ends[i];
  }

  void tidy_spent() {
    Spent tidied;
    for (Config& c : now_) c.spent = spent_.copy_to(tidied, c.spent);
    spent_ = std::move(tidied);
  }

  static constexpr std::size_t kManySpent = 4096;

  struct Pending {
    const Step* step = nullptr;
    std::uint32_t index = 0;
    Manner manner{};
  };

  Object& object_;
  const Limits limits_;
  const bool with_order_;
  States states_;
  std::vector<Pending> under_way_;    ///< by place
  std::vector<std::uint16_t> place_;  ///< of each step
  Mask<kWords> taken_, updates_, shows_, hideable_;
  std::vector<Class> classes_;
  boost::unordered_flat_map<std::tuple<Act, ValueId, ValueId>, std::uint32_t> class_of_;
  Spent spent_;
  Routes routes_;
  std::vector<Config> now_;
  Seen<Config> seen_, then_;
  std::uint64_t steps_ = 0;
  const char* gave_up_ = nullptr;
};

template <typename States>
Searched search_in(Object& object, const Limits& limits, bool with_order) {
  const auto ends = ends_of(object.steps);
  const std::uint64_t most = most_at_once(object.steps, ends);
  if (most <= 64) return Frontier<States, 1>(object, limits, with_order).run(ends);
  if (most <= 256) return Frontier<States, 4>(object, limits, with_order).run(ends);
  return {.end = Searched::End::gave_up, .step = 0, .limit = "256 operations under way at once"};
}

}  // namespace

Searched search(Object& object, const Limits& limits, bool with_order) {
  const bool shrinks = std::any_of(object.steps.begin(), object.steps.end(),
                                   [](const Step& step) { return step.act == Act::remove; });
  switch (object.model) {
    case Model::reg:
    case Model::cas_register:
      return search_in<RegisterStates>(object, limits, with_order);
    case Model::counter:
      return search_in<CounterStates>(object, limits, with_order);
    case Model::set:
      return shrinks ? search_in<ContentStates>(object, limits, with_order)
                     : search_in<GrowingStates>(object, limits, with_order);
    default:
      return search_in<ContentStates>(object, limits, with_order);
  }
}

}  // namespace fracas::checker::linearizability
