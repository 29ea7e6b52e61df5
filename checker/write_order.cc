#include "checker/write_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checker/explain.h"
#include "checker/keys.h"
#include "checker/side_by_side.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

class KeyCheck {
 public:
  KeyCheck(const KeyCase& key, After after, VerdictBuilder& verdict)
      : history_(key.history()), key_(key), after_(after), verdict_(verdict) {}

  /// By versions. Within a session operations follow one another.
  void judge_stamps() {
    std::map<std::int32_t, const Operation*>
        newest;  // of each session: what its next write has to come after
    for (const Operation* o : key_.operations) {
      const Stamp* stamp = o->outcome == Outcome::ok ? stamp_of(*o) : nullptr;
      if (stamp == nullptr) continue;
      const Operation*& before = newest[history_.session(*o)];
      if (writes(*o) && before != nullptr) {
        verdict_.checked();
        if (older(*stamp, *stamp_of(*before))) report_stamps(*before, *o, stamp_of(*before)->us - stamp->us);
      }
      const bool counts = after_ == After::own_writes ? writes(*o) : o->f == Function::read;
      if (counts && (before == nullptr || older(*stamp_of(*before), *stamp))) before = o;
    }
  }

  void judge_siblings() {
    const SideBySideCheck& check = check_side_by_side(key_);
    count_followers();
    if (!check.undecided.empty()) verdict_.undecided(check.undecided);
    for (const Reappearance& found : check.found) {
      if (found.below == found.above || found.above->outcome != Outcome::ok || !had(found)) continue;
      verdict_.violated([&] { return explain(found); });
    }
  }

 private:
  const Stamp* stamp_of(const Operation& o) const {
    if (const Stamp* shown = history_.stamp(o)) return shown;
    if (o.f != Function::read || key_.kind != KeyKind::reg) return nullptr;
    const auto writers = key_.writers().of(o.value);
    return writers.size() == 1 ? history_.stamp(*writers.front()) : nullptr;
  }

  /// Whether the session of the later version had written, or read, the earlier one before.
  bool had(const Reappearance& found) {
    if (after_ == After::own_writes)
      return found.below->outcome == Outcome::ok &&
             history_.session_id(*found.below) == history_.session_id(*found.above) &&
             found.below->completed < found.above->invoked;
    if (key_.kind == KeyKind::set) return true;  // the inner read of the add
    if (read_by_.empty()) note_reads();
    const auto first = read_by_.find({history_.session(*found.above), found.below->invoked});
    return first != read_by_.end() && first->second < found.above->invoked;
  }

  /// Who has read which version, and the end of the first such read.
  void note_reads() {
    for (std::size_t i = 0; i < key_.operations.size(); ++i) {
      const Operation* o = key_.operations[i];
      if (o->f != Function::read || o->outcome != Outcome::ok) continue;
      for (const TextId value : key_.answers().of(i)) {
        for (const Operation* writer : key_.writers().of(value)) {
          const auto known =
              read_by_.try_emplace({history_.session(*o), writer->invoked}, o->completed).first;
          known->second = std::min(known->second, o->completed);
        }
      }
    }
  }

  /// Acknowledged writes that send a context (of a set: every one) after something of their session.
  void count_followers() {
    std::set<std::int32_t> begun;
    for (const Operation* o : key_.operations) {
      if (o->outcome != Outcome::ok) continue;
      const bool set = key_.kind == KeyKind::set;
      const bool follows_something = set && after_ == After::own_reads
                                         ? history_.saw(*o) != 0
                                         : begun.count(history_.session(*o)) > 0 && (set || o->contextual);
      if (writes(*o) && follows_something) verdict_.checked();
      if (after_ == After::own_writes ? writes(*o) : o->f == Function::read)
        begun.insert(history_.session(*o));
    }
  }

  std::string_view follows() const {
    return after_ == After::own_writes ? "its later write came before its earlier one"
                                       : "its write came before what it had read";
  }

  void report_stamps(const Operation& before, const Operation& write, std::int64_t us) {
    verdict_.violated([&] {
      return witness(fmt::format("{}, then {}, stamped {} us before that: {}{}.",
                                 describe_first(history_, before), describe(history_, write), us, follows(),
                                 faults_around(history_, key_.evidence(), before, write)),
                     {&before, &write});
    });
  }

  Witness explain(const Reappearance& found) const {
    const bool set = key_.kind == KeyKind::set;
    Witness proof =
        witness(fmt::format("{}; {} {}; yet {}, {}: {}.", describe_first(history_, *found.below),
                            after_ == After::own_writes ? "then" : "having read that,",
                            describe(history_, *found.above), where(key_, found),
                            set ? "with the later element alone" : "with both side by side", follows()),
                {found.below, found.above});
    if (found.answer != nullptr && found.answer != found.above)
      proof.operations.push_back(found.answer->invoked);
    return proof;
  }

  const History& history_;
  const KeyCase& key_;
  After after_;
  VerdictBuilder& verdict_;
  std::map<std::pair<std::int32_t, std::uint32_t>, std::uint32_t> read_by_;  ///< session and version
};

}  // namespace

Verdict check_write_order(const Case& whole, std::string_view property, After after,
                          std::string_view nothing) {
  VerdictBuilder verdict(property);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind == KeyKind::neither) continue;
    if (is_composed(key.kind) && whole.conflict() == Conflict::siblings) continue;
    KeyCheck check(key, after, verdict);
    if (whole.conflict() == Conflict::siblings) {
      check.judge_siblings();
    } else {
      check.judge_stamps();
    }
  }
  return std::move(verdict).finish(nothing);
}

}  // namespace fracas::checker
