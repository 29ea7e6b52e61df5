// At the end every acknowledged write, delete and add is there or superseded. With siblings causally: what
// some home replica holds covers it, tombstones included; a set holds the element. With stamps: some home
// holds it or a larger stamp. Without either: what some home holds had not ended before the write began.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "checker/causal.h"
#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/real_time.h"
#include "checker/stamped_deletes.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "durability";

class KeyCheck {
 public:
  KeyCheck(const FinalState& state, const KeyCase& key, VerdictBuilder& verdict)
      : history_(key.history()),
        state_(state),
        key_(key),
        final_(state.of(key.name())),
        deletes_(history_, key),
        verdict_(verdict) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && o->outcome == Outcome::ok) acknowledged_.push_back(o);
    }
  }

  void run(Conflict conflict) {
    if (acknowledged_.empty()) return;
    const std::string_view name = key_.name();
    if (!final_.unread.empty()) {
      return verdict_.undecided(
          fmt::format("{} could not be read on {}", name, fmt::join(final_.unread, ", ")));
    }
    if (key_.kind == KeyKind::neither) {
      return verdict_.undecided(
          fmt::format("{} is written in more than one way: its writes cannot be traced", name));
    }
    const bool stamped = std::all_of(acknowledged_.begin(), acknowledged_.end(),
                                     [this](const Operation* o) { return history_.stamp(*o) != nullptr; });
    if (conflict != Conflict::siblings && stamped && state_.clocks()) return judge_stamps();
    if (is_composed(key_.kind)) return;  // what is left of their updates is lost-updates' business
    if (key_.kind == KeyKind::set && conflict != Conflict::lww) return judge_elements();
    if (key_.kind == KeyKind::set)
      return verdict_.undecided(fmt::format("the adds to {} show no stamps", name));
    return conflict == Conflict::siblings ? judge_siblings() : judge_values();
  }

 private:
  void judge_stamps() {
    std::vector<Stamp> held;
    for (const ReplicaState* replica : final_.homes) {
      if (auto stamp = parse_stamp(replica->clock)) held.push_back(*stamp);
    }
    verdict_.checked(acknowledged_.size());
    for (const Operation* o : acknowledged_) {
      const bool kept = std::any_of(held.begin(), held.end(),
                                    [&](const Stamp& stamp) { return !older(stamp, *history_.stamp(*o)); });
      const bool gone = state_.tombstones_go() && deletes_.explain(*history_.stamp(*o), kNever);
      if (!kept && !gone) report(*o, "neither it nor anything newer is");
    }
  }

  void judge_elements() {
    std::vector<std::string_view> held;
    for (const ReplicaState* replica : final_.homes) {
      for (const std::string& value : replica->values) append_leaves(value, held);
    }
    std::sort(held.begin(), held.end());
    verdict_.checked(acknowledged_.size());
    for (const Operation* o : acknowledged_) {
      if (!std::binary_search(held.begin(), held.end(), history_.text(o->value)))
        report(*o, "its element is not");
    }
  }

  void judge_siblings() {
    const std::string_view name = key_.name();
    if (!key_.writers().repeated().empty()) {
      return verdict_.undecided(fmt::format("{} was written to {} twice: what is left of it cannot be told",
                                            shown(key_.writers().repeated()), name));
    }
    const auto held = held_by_homes(key_, final_);
    if (!held) return verdict_.undecided(held.error());
    std::vector<View> views;
    for (std::size_t home = 0; home < held->size(); ++home)
      views.push_back({.tombstones = !never_heard(state_, *final_.homes[home]), .shown = (*held)[home]});
    if (views.empty()) views.push_back({.tombstones = state_.tombstones_go()});
    verdict_.checked(acknowledged_.size());
    const CausalKey& causal = causal_key(key_);
    const auto missing = causal.missing(views, {causal.acknowledged()});
    if (!missing) return verdict_.undecided(fmt::format("{}: {}", name, missing.error()));
    for (const Missing& group : missing->front()) {
      for (const std::uint32_t version : group.versions) {
        report(*causal.versions()[version], "neither it nor anything that had seen it is");
      }
      for (std::uint64_t i = group.versions.size(); i < group.count; ++i) {
        report(*causal.versions()[group.versions.back()], "neither it nor anything that had seen it is");
      }
    }
  }

  void judge_values() {
    const RealTime time(key_);
    const Operation* latest = time.latest_before(kNever);
    std::int64_t longest = -1;  // end of the held write that ended last
    if (final_.homes.empty() && state_.tombstones_go()) longest = time.last_delete_ended();
    for (const ReplicaState* replica : final_.homes) {
      if (replica->values.empty()) {
        // Absent: as good as the delete that explains most, unless nothing was ever here.
        if (!never_heard(state_, *replica)) longest = std::max(longest, time.last_delete_ended());
      }
      for (const std::string& value : replica->values) {
        const Operation* writer = best_writer(key_.writers().of(value), kNever);
        if (writer == nullptr) {
          return verdict_.undecided(fmt::format("{} holds a value of {} that nobody wrote", replica->node,
                                                history_.text(key_.key)));
        }
        longest = std::max<std::int64_t>(longest, writer->completed);
      }
    }
    verdict_.checked(acknowledged_.size());
    if (latest == nullptr || longest >= latest->invoked) return;
    for (const Operation* o : acknowledged_) {
      if (o->invoked > longest) report(*o, "neither it nor anything that can have followed it is");
    }
  }

  void report(const Operation& write, std::string_view what) {
    verdict_.violated([&] {
      return witness(fmt::format("{}, yet at the end {} on {}{}.", describe_first(history_, write), what,
                                 names(final_), faults_around(history_, key_.evidence(), write, write)),
                     {&write});
    });
  }

  const History& history_;
  const FinalState& state_;
  const KeyCase& key_;
  const FinalKey& final_;
  const StampedDeletes deletes_;
  VerdictBuilder& verdict_;
  std::vector<const Operation*> acknowledged_;
};

}  // namespace

Verdict check_durability(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  if (!evidence.dumps) return not_applicable(kName, "there are no dumps of the replicas");
  const FinalState& state = final_state(whole);
  VerdictBuilder verdict(kName);
  const std::string hints = elsewhere(evidence);
  if (state.empty()) verdict.undecided("the dumps of the replicas are empty");
  if (!hints.empty()) verdict.undecided(hints);
  if (!state.empty() && hints.empty()) {
    for (const KeyCase& key : whole.keys()) KeyCheck(state, key, verdict).run(whole.conflict());
  }
  return std::move(verdict).finish("no write was acknowledged");
}

}  // namespace fracas::checker
