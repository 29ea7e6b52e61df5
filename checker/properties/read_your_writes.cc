// A session that reads a key after its own acknowledged write sees it or something newer. With stamps: newer
// in version order (a write that lost at once to a larger stamp is the business of lost-writes); with
// siblings: the own write is returned or covered; otherwise by value in real time: what is returned had not
// ended before the own write began. (Terry et al., Session guarantees for weakly consistent replicated data,
// 1994.)
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/read_check.h"
#include "checker/real_time.h"
#include "checker/stamped_deletes.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "read-your-writes";

Witness own_write_unseen(const Case& whole, const Operation& own, const Operation& read,
                         std::string_view why) {
  const History& history = whole.history();
  std::string then = describe(history, read);
  then = then.substr(then.find(" read ") + 1);
  return witness(
      fmt::format("{}, then {}, {}: it did not see its own {}{}.", describe_first(history, own), then, why,
                  to_string(own.f), faults_around(history, whole.evidence(), own, read)),
      {&own, &read});
}

/// What a session has done to a key so far.
struct Own {
  const Operation* latest = nullptr;  ///< acknowledged write, in real time
  const Operation* newest = nullptr;  ///< acknowledged write with the largest stamp

  bool precedes(const Operation& read) const {
    return latest != nullptr && latest->completed < read.invoked &&
           (newest == nullptr || newest->completed < read.invoked);
  }
};

class KeyCheck {
 public:
  KeyCheck(const Case& whole, const KeyCase& key, VerdictBuilder& verdict)
      : whole_(whole),
        history_(whole.history()),
        key_(key),
        verdict_(verdict),
        time_(key),
        deletes_(history_, key) {}

  void run() {
    for (const Operation* o : key_.operations) {
      if (o->outcome != Outcome::ok) continue;
      Own& own = own_[history_.session(*o)];
      if (writes(*o)) {
        note(own, *o);
      } else if (o->f == Function::read && own.precedes(*o)) {
        judge(own, *o);
      }
    }
  }

 private:
  void note(Own& own, const Operation& write) {
    own.latest = &write;
    const Stamp* stamp = history_.stamp(write);
    if (stamp == nullptr) return;
    if (own.newest == nullptr || older(*history_.stamp(*own.newest), *stamp)) own.newest = &write;
  }

  void judge(const Own& own, const Operation& read) {
    const Stamp* seen = history_.stamp(read);
    const bool absent = read.value == kNullText;
    const Operation* writer = nullptr;
    if (key_.kind == KeyKind::reg && !absent) {
      writer = best_writer(key_.writers().of(read.value), read.completed);
      if (seen == nullptr && writer != nullptr) seen = history_.stamp(*writer);
    }
    if (own.newest != nullptr && seen != nullptr) return judge_stamps(*own.newest, read, *seen);
    if (key_.kind != KeyKind::reg) return;
    if (absent) return judge_absence(own, read);
    if (writer == nullptr) return;  // a phantom, which no-phantoms and honest-failures report
    verdict_.checked();
    if (writer->completed < own.latest->invoked)
      report(*own.latest, read, "which had been superseded before its own began");
  }

  void judge_stamps(const Operation& own, const Operation& read, const Stamp& seen) {
    verdict_.checked();
    const Stamp& written = *history_.stamp(own);
    if (older(seen, written)) {
      report(own, read, fmt::format("stamped {} us before it", written.us - seen.us));
    }
  }

  void judge_absence(const Own& own, const Operation& read) {
    verdict_.checked();
    const bool explained = own.newest != nullptr
                               ? deletes_.explain(*history_.stamp(*own.newest), read.completed)
                               : time_.absence_explained(own.latest, read.completed);
    if (!explained)
      report(own.newest != nullptr ? *own.newest : *own.latest, read, "which no delete explains");
  }

  void report(const Operation& own, const Operation& read, std::string_view why) {
    verdict_.violated([&] { return own_write_unseen(whole_, own, read, why); });
  }

  const Case& whole_;
  const History& history_;
  const KeyCase& key_;
  VerdictBuilder& verdict_;
  RealTime time_;
  StampedDeletes deletes_;
  std::map<std::int32_t, Own> own_;  ///< by session
};

void judge_lacking(const Case& whole, const ReadCheck& check, VerdictBuilder& verdict) {
  verdict.checked(check.checked);
  if (!check.undecided.empty()) verdict.undecided(check.undecided);
  for (const Lacking& lacking : check.lacking) {
    verdict.violated([&] {
      return own_write_unseen(whole, *lacking.version, *lacking.read,
                              "which had neither superseded nor seen it");
    });
  }
}

}  // namespace

Verdict check_read_your_writes(const Case& whole) {
  const Conflict conflict = whole.conflict();
  VerdictBuilder verdict(kName);
  for (const KeyCase& key : whole.keys()) {
    if (is_composed(key.kind)) continue;
    if (key.kind == KeyKind::neither) {
      verdict.undecided(reads_unclear(key));
    } else if (key.kind == KeyKind::set && conflict != Conflict::lww) {
      judge_lacking(whole, check_set_reads(key, Duty::own_writes), verdict);
    } else if (conflict == Conflict::siblings) {
      judge_lacking(whole, check_sibling_reads(key, Duty::own_writes), verdict);
    } else {
      KeyCheck(whole, key, verdict).run();
    }
  }
  return std::move(verdict).finish("no session read a key after an acknowledged write of its own");
}

}  // namespace fracas::checker
