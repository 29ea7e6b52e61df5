// An acknowledged write is on at least w distinct home replicas: it, or what superseded it. With siblings
// causally, with stamps by version. Judged from the dumps at the end, which hold at least what they held at
// the acknowledgement as long as no disk loses anything, and what stand-ins have handed over since.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checker/causal.h"
#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/stamped_deletes.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

class KeyCheck {
 public:
  KeyCheck(const FinalState& state, const KeyCase& key, std::size_t w, VerdictBuilder& verdict)
      : history_(key.history()),
        state_(state),
        key_(key),
        final_(state.of(key.name())),
        w_(w),
        verdict_(verdict) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && o->outcome == Outcome::ok) acknowledged_.push_back(o);
    }
  }

  void run(Conflict conflict) {
    if (acknowledged_.empty()) return;
    const std::string_view name = key_.name();
    if (!final_.unread.empty())
      return verdict_.undecided(
          fmt::format("{} could not be read on {}", name, fmt::join(final_.unread, ", ")));
    if (conflict == Conflict::siblings && key_.kind == KeyKind::set) return judge_elements();
    if (conflict == Conflict::siblings && key_.kind == KeyKind::reg) return judge_siblings();
    judge_stamps();
  }

 private:
  void judge_stamps() {
    const StampedDeletes deletes(history_, key_);
    for (const Operation* o : acknowledged_) {
      const Stamp* stamp = history_.stamp(*o);
      if (stamp == nullptr || (state_.tombstones_go() && deletes.explain(*stamp, kNever))) continue;
      count(*o, [&](const ReplicaState& replica) {
        const auto held = parse_stamp(replica.clock);
        return held && !older(*held, *stamp);
      });
    }
  }

  void judge_elements() {
    std::map<const ReplicaState*, std::set<std::string_view>> held;
    for (const ReplicaState* replica : final_.homes) {
      std::vector<std::string_view> elements;
      for (const std::string& value : replica->values) append_leaves(value, elements);
      held[replica].insert(elements.begin(), elements.end());
    }
    for (const Operation* o : acknowledged_)
      count(*o, [&](const ReplicaState& r) { return held[&r].contains(history_.text(o->value)); });
  }

  void judge_siblings() {
    const std::string_view name = key_.name();
    if (!key_.writers().repeated().empty()) {
      return verdict_.undecided(fmt::format("{} was written to {} twice: where it is cannot be told",
                                            shown(key_.writers().repeated()), name));
    }
    const CausalKey& causal = causal_key(key_);
    const auto held = held_by_homes(key_, final_);
    if (!held) return verdict_.undecided(held.error());
    std::vector<View> views;
    for (std::size_t home = 0; home < held->size(); ++home)
      views.push_back({.group = static_cast<std::uint32_t>(home),
                       .tombstones = !never_heard(state_, *final_.homes[home]),
                       .shown = (*held)[home]});
    const auto missing = causal.missing(views, {causal.acknowledged()});
    if (!missing) return verdict_.undecided(fmt::format("{}: {}", name, missing.error()));
    std::map<std::uint32_t, std::size_t> absent;  // on how many homes each version is not
    for (const Missing& group : missing->front()) {
      if (group.count > group.versions.size())
        verdict_.undecided(fmt::format("more than {} writes of {} are not on {}", group.versions.size(), name,
                                       final_.homes[group.group]->node));
      for (const std::uint32_t version : group.versions) ++absent[version];
    }
    verdict_.checked(acknowledged_.size());
    for (const auto& [version, homes] : absent) {
      if (final_.homes.size() - homes < w_) report(*causal.versions()[version], final_.homes.size() - homes);
    }
  }

  template <typename Holds>
  void count(const Operation& write, Holds&& holds) {
    verdict_.checked();
    const auto copies = static_cast<std::size_t>(std::count_if(
        final_.homes.begin(), final_.homes.end(), [&](const ReplicaState* r) { return holds(*r); }));
    if (copies < w_) report(write, copies);
  }

  void report(const Operation& write, std::size_t copies) {
    verdict_.violated([&] {
      return witness(
          fmt::format(
              "{} with w = {}, yet at the end it, or what superseded it, is on {} of its home replicas.",
              describe_first(history_, write), w_, copies),
          {&write});
    });
  }

  const History& history_;
  const FinalState& state_;
  const KeyCase& key_;
  const FinalKey& final_;
  std::size_t w_;
  VerdictBuilder& verdict_;
  std::vector<const Operation*> acknowledged_;
};

}  // namespace

Verdict check_ack_count(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  constexpr std::string_view kName = "ack-count";
  if (!evidence.dumps) return not_applicable(kName, "there are no dumps of the replicas");
  if (!evidence.w) return not_applicable(kName, "how many acknowledgements a write waits for is not known");
  const FinalState& state = final_state(whole);
  VerdictBuilder verdict(kName);
  const std::string hints = elsewhere(evidence);
  if (state.empty()) verdict.undecided("the dumps of the replicas are empty");
  if (!hints.empty()) verdict.undecided(hints);
  if (!state.empty() && hints.empty()) {
    for (const KeyCase& key : whole.keys())
      KeyCheck(state, key, static_cast<std::size_t>(*evidence.w), verdict).run(whole.conflict());
  }
  return std::move(verdict).finish("no write was acknowledged, or none showed its version");
}

}  // namespace fracas::checker
