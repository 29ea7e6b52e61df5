#include "harness/explore/explorer.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

namespace fracas::harness::explore {
namespace {

/// How a situation was first reached.
struct Origin {
  std::uint32_t parent = 0;
  Action action;
};

struct Visit {
  Situation situation;
  std::uint32_t index = 0;  ///< in the list of origins
  double schedules = 0;     ///< that lead here
};

/// A generation's situations by value, known by their places.
struct HashOf {
  const std::vector<Visit>& visits;
  std::size_t operator()(std::size_t place) const { return visits[place].situation.hash(); }
};
struct SameAs {
  const std::vector<Visit>& visits;
  bool operator()(std::size_t a, std::size_t b) const { return visits[a].situation == visits[b].situation; }
};

class Explorer {
 public:
  Explorer(SmallWorld& world, const std::vector<Property>& properties, const ExploreOptions& options)
      : world_(world), open_(properties), options_(options) {}

  Exploration run();

 private:
  bool enough() const {
    return (open_.empty() && options_.stop_when_all_violated) || origins_.size() >= options_.max_situations;
  }
  void expand(const Visit&);
  void reach(const Visit& from, const Action&);
  void judge(const Visit&);
  std::vector<Action> schedule_to(std::uint32_t index) const;

  SmallWorld& world_;
  std::vector<Property> open_;  ///< not violated so far
  ExploreOptions options_;
  Exploration result_;
  std::vector<Origin> origins_;
  std::vector<Visit> next_;
  std::unordered_set<std::size_t, HashOf, SameAs> in_next_{16, HashOf{next_}, SameAs{next_}};
  std::set<std::string> judged_;
};

Exploration Explorer::run() {
  std::vector<Visit> generation;
  generation.push_back({world_.start(), 0, 1});
  origins_.push_back({});
  judge(generation.front());
  while (!generation.empty() && !enough()) {
    for (const Visit& visit : generation) {
      expand(visit);
      if (enough()) break;
    }
    if (!next_.empty()) ++result_.depth;
    in_next_.clear();
    generation.clear();
    std::swap(generation, next_);
  }
  result_.complete = generation.empty() && !enough();
  result_.situations = origins_.size();
  result_.node_states = world_.table().size();
  return std::move(result_);
}

void Explorer::expand(const Visit& visit) {
  const std::vector<Action> actions = world_.actions(visit.situation);
  if (actions.empty()) result_.schedules += visit.schedules;
  for (const Action& action : actions) {
    reach(visit, action);
    if (enough()) return;
  }
}

void Explorer::reach(const Visit& from, const Action& action) {
  ++result_.actions;
  Situation situation = world_.after(from.situation, action);
  next_.push_back({std::move(situation), 0, from.schedules});
  if (options_.merge_equal) {
    const auto [same, added] = in_next_.insert(next_.size() - 1);
    if (!added) {
      next_.pop_back();
      next_[*same].schedules += from.schedules;
      return;
    }
  }
  next_.back().index = static_cast<std::uint32_t>(origins_.size());
  origins_.push_back({from.index, action});
  judge(next_.back());
}

/// Many situations tell the same story, which is judged once.
void Explorer::judge(const Visit& visit) {
  const bool quiet = world_.quiet(visit.situation);
  if (!judged_.insert(world_.story_text(visit.situation, quiet)).second) return;
  ++result_.stories;
  const Story story = world_.story(visit.situation, quiet);
  if (options_.on_story) options_.on_story(story);
  std::erase_if(open_, [&](Property property) {
    if (holds(property, story)) return false;
    result_.violations[property] = schedule_to(visit.index);
    return true;
  });
}

std::vector<Action> Explorer::schedule_to(std::uint32_t index) const {
  std::vector<Action> schedule;
  for (; index != 0; index = origins_[index].parent) schedule.push_back(origins_[index].action);
  std::reverse(schedule.begin(), schedule.end());
  return schedule;
}

}  // namespace

Exploration explore(SmallWorld& world, const std::vector<Property>& properties,
                    const ExploreOptions& options) {
  return Explorer(world, properties, options).run();
}

}  // namespace fracas::harness::explore
