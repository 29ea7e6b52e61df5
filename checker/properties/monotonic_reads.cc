// What a session has read once, it reads again, or something newer. With siblings: what it was shown is
// returned or covered by every later read; elements of a set stay. With stamps: no later read returns an
// older version. Otherwise by value in real time: what is returned had not ended before the write of
// something that the session had read began. (Terry et al., Session guarantees for weakly consistent
// replicated data, 1994.)
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

constexpr std::string_view kName = "monotonic-reads";

Witness went_back(const Case& whole, const Operation& before, const Operation& read, std::string_view why) {
  const History& history = whole.history();
  std::string then = describe(history, read);
  then = then.substr(then.find(" read ") + 1);
  return witness(fmt::format("{}, then {}, {}: it went back{}.", describe_first(history, before), then, why,
                             faults_around(history, whole.evidence(), before, read)),
                 {&before, &read});
}

/// What a session has read of a key so far: the newest by stamp, and by the moment at which its write began.
struct Seen {
  const Operation* read_of_newest = nullptr;
  const Stamp* newest = nullptr;
  const Operation* read_of_latest = nullptr;
  const Operation* latest = nullptr;  ///< a write
};

/// By versions, or by value: registers of last-write-wins stores and bare histories.
class KeyCheck {
 public:
  KeyCheck(const Case& whole, const KeyCase& key, VerdictBuilder& verdict)
      : whole_(whole),
        history_(whole.history()),
        key_(key),
        verdict_(verdict),
        time_(key),
        deletes_(history_, key),
        stamped_(std::any_of(key.operations.begin(), key.operations.end(),
                             [this](const Operation* o) { return history_.stamp(*o) != nullptr; })) {}

  void run() {
    for (const Operation* o : key_.operations) {
      if (o->f != Function::read || o->outcome != Outcome::ok) continue;
      const auto [seen, first] = seen_.try_emplace(history_.session(*o));
      if (!first) judge(seen->second, *o);
      note(seen->second, *o);
    }
  }

 private:
  std::span<const Operation* const> writers_of(const Operation& read) const {
    if (key_.kind != KeyKind::reg || read.value == kNullText) return {};
    return key_.writers().of(read.value);
  }

  /// The version that a read showed, or that of the one operation which wrote what it returned.
  const Stamp* stamp_of(const Operation& read) const {
    if (const Stamp* shown = history_.stamp(read)) return shown;
    const auto writers = writers_of(read);
    return writers.size() == 1 ? history_.stamp(*writers.front()) : nullptr;
  }

  void note(Seen& seen, const Operation& read) {
    const Stamp* stamp = stamp_of(read);
    if (stamp != nullptr && (seen.newest == nullptr || older(*seen.newest, *stamp))) {
      seen.newest = stamp;
      seen.read_of_newest = &read;
    }
    // Of several writers of the same value, the one that began first asks for least.
    for (const Operation* writer : writers_of(read)) {
      if (writer->outcome == Outcome::fail || writer->invoked > read.completed) continue;
      if (seen.latest == nullptr || seen.latest->invoked < writer->invoked) {
        seen.latest = writer;
        seen.read_of_latest = &read;
      }
      break;
    }
  }

  void judge(const Seen& seen, const Operation& read) {
    const bool absent = read.value == kNullText;
    if (const Stamp* stamp = stamp_of(read); stamp != nullptr && seen.newest != nullptr) {
      verdict_.checked();
      if (older(*stamp, *seen.newest))
        report(*seen.read_of_newest, read,
               fmt::format("stamped {} us before that", seen.newest->us - stamp->us));
    } else if (seen.newest != nullptr && absent) {
      verdict_.checked();
      if (!deletes_.explain(*seen.newest, read.completed))
        report(*seen.read_of_newest, read, "which no delete explains");
    } else if (stamped_ || seen.latest == nullptr) {
      return;  // where there are versions, real time does not tell which is newer: clocks may be wrong
    } else if (absent) {
      verdict_.checked();
      if (!time_.absence_explained(seen.latest, read.completed))
        report(*seen.read_of_latest, read, "which no delete explains");
    } else if (key_.kind == KeyKind::reg) {
      const Operation* writer = best_writer(writers_of(read), read.completed);
      if (writer == nullptr) return;  // a phantom, which no-phantoms and honest-failures report
      verdict_.checked();
      if (writer->completed < seen.latest->invoked)
        report(*seen.read_of_latest, read, "which had been superseded before that was written");
    }
  }

  void report(const Operation& before, const Operation& read, std::string_view why) {
    verdict_.violated([&] { return went_back(whole_, before, read, why); });
  }

  const Case& whole_;
  const History& history_;
  const KeyCase& key_;
  VerdictBuilder& verdict_;
  RealTime time_;
  StampedDeletes deletes_;
  bool stamped_;
  std::map<std::int32_t, Seen> seen_;  ///< by session
};

/// The session's last read before this one that showed the version.
const Operation& shown_by(const KeyCase& key, const Lacking& lacking) {
  const History& history = key.history();
  const SessionId session = history.session_id(*lacking.read);
  const Operation* found = lacking.read;
  for (std::size_t i = 0; i < key.operations.size() && key.operations[i] != lacking.read; ++i) {
    const Operation* o = key.operations[i];
    if (o->f != Function::read || o->outcome != Outcome::ok || history.session_id(*o) != session) continue;
    const auto values = key.answers().of(i);
    if (std::find(values.begin(), values.end(), lacking.version->value) != values.end()) found = o;
  }
  return *found;
}

void judge_lacking(const Case& whole, const KeyCase& key, const ReadCheck& check, VerdictBuilder& verdict) {
  verdict.checked(check.checked);
  if (!check.undecided.empty()) verdict.undecided(check.undecided);
  for (const Lacking& lacking : check.lacking) {
    verdict.violated([&] {
      return went_back(whole, shown_by(key, lacking), *lacking.read,
                       fmt::format("which had neither superseded nor seen {}",
                                   shown(whole.history().text(lacking.version->value))));
    });
  }
}

}  // namespace

Verdict check_monotonic_reads(const Case& whole) {
  const Conflict conflict = whole.conflict();
  VerdictBuilder verdict(kName);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind == KeyKind::neither) {
      verdict.undecided(reads_unclear(key));
    } else if (is_composed(key.kind) && conflict != Conflict::lww) {
      continue;
    } else if (key.kind == KeyKind::set && conflict != Conflict::lww) {
      judge_lacking(whole, key, check_set_reads(key, Duty::seen_before), verdict);
    } else if (conflict == Conflict::siblings) {
      judge_lacking(whole, key, check_sibling_reads(key, Duty::seen_before), verdict);
    } else {
      KeyCheck(whole, key, verdict).run();
    }
  }
  return std::move(verdict).finish("no session read a key twice");
}

}  // namespace fracas::checker
