#include "nemesis/planner.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "nemesis/kind.h"
#include "nemesis/names.h"
#include "nemesis/parameters.h"
#include "nemesis/targets.h"

namespace fracas::nemesis {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kLongest = 30LL * 24 * 3600 * 1000 * kMillisecond;
constexpr Nanoseconds kShortest = 200 * kMillisecond;
constexpr std::size_t kMostFaults = 10'000;
/// Between two faults that stop a node, so that it can come back; a fault also ends a little late.
constexpr Nanoseconds kRest = 500 * kMillisecond;
/// The one thing of which every change of the ring takes hold: nobody is called that.
const std::string kTheRing = "the ring";
/// Away from those of the specs, which count from 0.
constexpr std::uint64_t kStreamOfRing = 3'000'000;
/// How often a spec that found no room for any fault draws another target.
constexpr int kMoreDraws = 100;

/// When each node suffers from a fault that stops it, and when the ring changes.
class Calendar {
 public:
  /// The first moment from fault.start on at which none of its nodes would suffer twice or without a rest.
  Nanoseconds first_free(const Fault& fault, const std::vector<std::string>& held) const {
    Nanoseconds start = fault.start;
    for (Nanoseconds moved = -1; moved != start;) {
      moved = start;
      for (const std::string& one : held) start = free_for(one, start, fault.duration);
    }
    return start;
  }
  void add(const Fault& fault, const std::vector<std::string>& held) {
    for (const std::string& one : held) {
      taken_[one].emplace(fault.start, fault.start + fault.duration + kRest);
    }
  }

 private:
  Nanoseconds free_for(const std::string& node, Nanoseconds start, Nanoseconds duration) const {
    const auto found = taken_.find(node);
    if (found == taken_.end()) return start;
    const std::map<Nanoseconds, Nanoseconds>& spans = found->second;
    auto next = spans.upper_bound(start);
    if (next != spans.begin()) start = std::max(start, std::prev(next)->second);
    for (; next != spans.end() && next->first < start + duration + kRest; ++next) start = next->second;
    return start;
  }

  // Begin -> end; the spans of one node never overlap.
  std::map<std::string, std::map<Nanoseconds, Nanoseconds>> taken_;
};

FaultError wrong(const std::string& field, const std::string& message) {
  return FaultError{.field = field, .message = message};
}

FaultResult<const Kind*> kind_of(const std::string& name) {
  if (const Kind* kind = find_kind(name)) return kind;
  std::vector<std::string> known;
  for (const Kind& kind : kinds()) known.emplace_back(kind.name);
  return wrong("kind", "there is no kind of fault \"" + name + "\"" + suggestion(name, known));
}

FaultResult<void> check_times(const FaultSpec& spec) {
  const std::pair<const char*, Nanoseconds> times[] = {
      {"every", spec.every}, {"lasts", spec.lasts}, {"after", spec.after}};
  for (const auto& [field, time] : times) {
    if (time < 0 || time > kLongest) return wrong(field, "must be between 0s and 720h");
  }
  if (spec.every > 0 && spec.every < kMillisecond)
    return wrong("every", "must be 1ms or more, or 0s for once");
  return {};
}

/// A fault, and which spec it came from.
struct Drawn {
  Fault fault;
  std::size_t spec = 0;
};

/// What a fault has for itself alone while it lasts.
std::vector<std::string> held_by(const Kind& kind, const Fault& fault) {
  if (kind.change_ring != nullptr) return {kTheRing};
  return kind.stops_nodes ? fault.nodes : std::vector<std::string>();
}

/// Draws the faults of one spec into a plan.
class SpecDrawer {
 public:
  SpecDrawer(const PlanRequest& request, std::size_t index, const Kind& kind, Calendar& calendar,
             std::vector<Drawn>& plan)
      : request_(request),
        index_(index),
        spec_(request.specs[index]),
        kind_(kind),
        random_(random_stream(request.seed, index)),
        calendar_(calendar),
        plan_(plan) {}

  FaultResult<void> draw() {
    auto drawn = draw_fault();
    if (!drawn) return drawn.error();
    Fault fault = std::move(*drawn);
    if (spec_.after >= request_.duration) return {};
    const Nanoseconds room = std::max<Nanoseconds>(0, request_.duration - spec_.after - fault.duration);
    fault.start = spec_.after + draw_time(random_, 0, std::min(spec_.every, room));
    Nanoseconds moment = fault.start;
    while (true) {
      if (place(fault)) moment = plan_.back().fault.start;
      if (plan_.size() > kMostFaults)
        return wrong("every", "is too short: more than 10,000 faults in the plan");
      if (spec_.every == 0) break;
      moment += draw_time(random_, (spec_.every + 1) / 2, spec_.every / 2 + spec_.every);
      if (moment >= request_.duration) break;
      drawn = draw_fault();
      if (!drawn) return drawn.error();
      fault = std::move(*drawn);
      fault.start = moment;
    }
    return show_once(std::move(fault));
  }

 private:
  /// Every spec shows itself at least once, if there is room for it on any node that it may be aimed at.
  FaultResult<void> show_once(Fault fault) {
    for (int draws = 0; !placed_any_ && draws < kMoreDraws; ++draws) {
      fault.start = spec_.after;
      place(fault);
      auto drawn = draw_fault();
      if (!drawn) return drawn.error();
      fault = std::move(*drawn);
    }
    return {};
  }

  /// Everything but when it starts.
  FaultResult<Fault> draw_fault() {
    Fault fault;
    fault.kind = spec_.kind;
    fault.duration = spec_.lasts;
    if (fault.duration == 0) {
      const Nanoseconds usual = kind_.default_duration;
      fault.duration = draw_time(random_, usual / 2, usual / 2 + usual);
    }
    auto nodes = draw_target(spec_.target, request_, random_);
    if (!nodes) return nodes.error();
    fault.nodes = std::move(*nodes);
    const auto drawn = kind_.draw(spec_, request_.nodes, random_, fault);
    if (!drawn) return drawn.error();
    return fault;
  }

  /// Adds it to the plan, moved and shortened as needed; false if there is no room for it.
  bool place(Fault fault) {
    const std::vector<std::string> held = held_by(kind_, fault);
    fault.start = calendar_.first_free(fault, held);
    const Nanoseconds least =
        std::min(fault.duration, placed_any_ ? std::max(kShortest, fault.duration / 4) : kShortest);
    const Nanoseconds left = request_.duration - fault.start;
    if (left < least) return false;
    fault.duration = std::min(fault.duration, left);
    calendar_.add(fault, held);
    plan_.push_back({std::move(fault), index_});
    placed_any_ = true;
    return true;
  }

  const PlanRequest& request_;
  std::size_t index_;
  const FaultSpec& spec_;
  const Kind& kind_;
  Random random_;
  Calendar& calendar_;
  std::vector<Drawn>& plan_;
  bool placed_any_ = false;
};

FaultResult<void> draw_spec(const PlanRequest& request, std::size_t index, Calendar& calendar,
                            std::vector<Drawn>& plan) {
  const FaultSpec& spec = request.specs[index];
  const auto kind = kind_of(spec.kind);
  if (!kind) return kind.error();
  if (const auto times = check_times(spec); !times) return times.error();
  if (const auto names = check_names(spec.parameters, (*kind)->parameters); !names) return names.error();
  return SpecDrawer(request, index, **kind, calendar, plan).draw();
}

/// Says of each change of the ring whom it is about, in the order in which they come. What makes no sense is
/// left out, but of each spec one is kept: a run shows why the store refuses it.
std::vector<Drawn> follow_ring(const PlanRequest& request, std::vector<Drawn> plan) {
  const std::vector<std::string>& first = request.members.empty() ? request.nodes : request.members;
  Membership now{
      .nodes = request.nodes, .members = {first.begin(), first.end()}, .least = request.least_members};
  Random random = random_stream(request.seed, kStreamOfRing);
  std::vector<Drawn> kept;
  std::map<std::size_t, Drawn> refused;  ///< of each spec the first
  std::set<std::size_t> shown;
  for (Drawn& drawn : plan) {
    const Kind& kind = *find_kind(drawn.fault.kind);
    if (kind.change_ring != nullptr &&
        !kind.change_ring(request.specs[drawn.spec], now, random, drawn.fault)) {
      drawn.fault.nodes.resize(1);
      refused.emplace(drawn.spec, std::move(drawn));
      continue;
    }
    shown.insert(drawn.spec);
    kept.push_back(std::move(drawn));
  }
  for (auto& [spec, drawn] : refused)
    if (!shown.contains(spec)) kept.push_back(std::move(drawn));
  return kept;
}

void sort_by_start(std::vector<Drawn>& plan) {
  // Of two that begin at once, the one of the earlier spec comes first.
  std::stable_sort(plan.begin(), plan.end(), [](const Drawn& a, const Drawn& b) {
    return std::pair(a.fault.start, a.spec) < std::pair(b.fault.start, b.spec);
  });
}

}  // namespace

FaultResult<Plan> draw_plan(const PlanRequest& request) {
  assert(!request.nodes.empty());
  if (request.duration < 0 || request.duration > kLongest) {
    return wrong("duration", "the torment must last between 0s and 720h");
  }
  std::vector<Drawn> drawn_faults;
  Calendar calendar;
  for (std::size_t index = 0; index < request.specs.size(); ++index) {
    const auto drawn = draw_spec(request, index, calendar, drawn_faults);
    if (drawn) continue;
    FaultError error = drawn.error();
    error.entry = index;
    return error;
  }
  sort_by_start(drawn_faults);
  drawn_faults = follow_ring(request, std::move(drawn_faults));
  sort_by_start(drawn_faults);
  Plan plan;
  for (Drawn& drawn : drawn_faults) {
    drawn.fault.id = static_cast<std::uint32_t>(plan.size());
    plan.push_back(std::move(drawn.fault));
  }
  return plan;
}

FaultResult<void> check_fault(const Fault& fault, const std::vector<std::string>& nodes) {
  const auto kind = kind_of(fault.kind);
  if (!kind) return kind.error();
  if (const auto names = check_names(fault.parameters, (*kind)->parameters); !names) return names.error();
  for (const std::string& node : fault.nodes) {
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
      return wrong("nodes", "there is no node \"" + node + "\"" + suggestion(node, nodes));
    }
  }
  FaultSpec spec;
  spec.kind = fault.kind;
  spec.parameters = fault.parameters;
  Fault drawn = fault;
  Random random = random_stream(0, 0);
  if (const auto result = (*kind)->draw(spec, nodes, random, drawn); !result) return result.error();
  if (drawn.parameters == fault.parameters) return {};
  return wrong("parameters", "must say everything as a plan does: " + to_json(drawn).at("parameters").dump());
}

}  // namespace fracas::nemesis
