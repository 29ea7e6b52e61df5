// What an acknowledged delete had seen does not come back: it is on no home replica once all have exchanged
// what they have. With siblings: no home holds a value that lies in the causal past of an acknowledged
// delete. With stamps: no home holds a value that is older than one. Judged only after settling: before that
// a replica may not have heard of the delete.
#include <fmt/format.h>

#include <deque>

#include "checker/causal.h"
#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

class KeyCheck {
 public:
  KeyCheck(const KeyCase& key, const FinalKey& final, VerdictBuilder& verdict)
      : history_(key.history()), key_(key), final_(final), verdict_(verdict) {
    for (const Operation* o : key.operations) {
      if (o->f == Function::remove_key && o->outcome == Outcome::ok) deletes_.push_back(o);
    }
  }

  bool nothing_was_deleted() const { return deletes_.empty(); }

  void judge_stamps() {
    const Operation* newest = nullptr;
    for (const Operation* o : deletes_) {
      const Stamp* stamp = history_.stamp(*o);
      if (stamp == nullptr) continue;
      verdict_.checked();
      if (newest == nullptr || older(*history_.stamp(*newest), *stamp)) newest = o;
    }
    if (newest == nullptr) return;
    for (const ReplicaState* replica : final_.homes) {
      const auto held = parse_stamp(replica->clock);
      if (replica->values.empty() || !held || !older(*held, *history_.stamp(*newest))) continue;
      report(*newest, writer_of(replica->values.front()), *replica, replica->values.front());
    }
  }

  void judge_siblings() {
    if (!key_.writers().repeated().empty()) {
      return verdict_.undecided(
          fmt::format("{} was written to {} twice: which of them was deleted cannot be told",
                      shown(key_.writers().repeated()), key_.name()));
    }
    const CausalKey& causal = causal_key(key_);
    // A delete and what a home holds, as if one answer had shown both.
    std::deque<std::vector<std::uint32_t>> both;
    std::vector<View> views;
    std::vector<std::pair<const Operation*, const ReplicaState*>> pairs;
    for (const ReplicaState* replica : final_.homes) {
      std::vector<std::string_view> values(replica->values.begin(), replica->values.end());
      const auto held = causal.positions(values, kNever);
      if (!held || held->empty()) continue;  // a phantom is no-phantoms' business
      for (const Operation* o : deletes_) {
        both.push_back(*held);
        both.back().push_back(causal.position_of(*o));
        views.push_back({.shown = both.back()});
        pairs.emplace_back(o, replica);
      }
    }
    verdict_.checked(deletes_.size());
    const auto found = causal.side_by_side(views);
    if (!found) return verdict_.undecided(fmt::format("{}: {}", key_.name(), found.error()));
    for (const SideBySide& pair : *found) {
      const auto& [removal, replica] = pairs[pair.view];
      if (causal.versions()[pair.above] != removal) continue;
      const Operation* back = causal.versions()[pair.below];
      report(*removal, back, *replica, history_.text(back->value));
    }
  }

 private:
  const Operation* writer_of(std::string_view value) const {
    const auto writers = key_.writers().of(value);
    return writers.empty() ? nullptr : writers.front();
  }

  void report(const Operation& removal, const Operation* written, const ReplicaState& replica,
              std::string_view value) {
    verdict_.violated([&] {
      Witness found =
          witness(fmt::format("{}; yet at the end {} holds {}, which is older than that: it came back.",
                              describe_first(history_, removal), replica.node, shown(value)),
                  {&removal});
      if (written != nullptr) found.operations.push_back(written->invoked);
      return found;
    });
  }

  const History& history_;
  const KeyCase& key_;
  const FinalKey& final_;
  VerdictBuilder& verdict_;
  std::vector<const Operation*> deletes_;  ///< acknowledged
};

}  // namespace

Verdict check_no_resurrection(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  constexpr std::string_view kName = "no-resurrection";
  if (!evidence.dumps) return not_applicable(kName, "there are no dumps of the replicas");
  const FinalState& state = final_state(whole);
  const bool settled = evidence.settlement && evidence.settlement->final();
  VerdictBuilder verdict(kName);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind != KeyKind::reg) continue;
    const FinalKey& final = state.of(key.name());
    KeyCheck check(key, final, verdict);
    if (check.nothing_was_deleted()) continue;
    if (!settled) {
      verdict.undecided(
          "the replicas had not exchanged all that they have: a home may not have heard of a delete");
    } else if (!final.unread.empty()) {
      verdict.undecided(fmt::format("{} could not be read on {}", key.name(), fmt::join(final.unread, ", ")));
    } else if (whole.conflict() == Conflict::siblings) {
      check.judge_siblings();
    } else {
      check.judge_stamps();
    }
  }
  return std::move(verdict).finish("no delete of a register was acknowledged, or none showed its version");
}

}  // namespace fracas::checker
