// A read returns a write that was not superseded before the read began: no other acknowledged write began
// after that write had ended and ended before the read began. With siblings: every version acknowledged
// before the read began is returned or covered by what is returned. (Garage's read-after-write check, made
// causal.)
#include <fmt/format.h>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/read_check.h"
#include "checker/real_time.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "regular";

void judge_lacking(const Case& whole, const ReadCheck& check, bool set, VerdictBuilder& verdict) {
  const History& history = whole.history();
  verdict.checked(check.checked);
  if (!check.undecided.empty()) verdict.undecided(check.undecided);
  for (const Lacking& lacking : check.lacking) {
    verdict.violated([&] {
      const Operation& read = *lacking.read;
      const Operation& version = *lacking.version;
      const std::string others =
          lacking.count > 1 ? fmt::format(" (and {} more versions)", lacking.count - 1) : std::string();
      return witness(
          fmt::format("{}; then {}, {}{}{}.", describe_first(history, version), describe(history, read),
                      set ? "which lacks that element" : "none of which had superseded or seen that version",
                      others, faults_around(history, whole.evidence(), version, read)),
          {&version, &read});
    });
  }
}

/// By value: registers of last-write-wins stores and bare histories.
void judge_values(const KeyCase& key, VerdictBuilder& verdict) {
  const History& history = key.history();
  const RealTime time(key);
  for (const Operation* read : key.operations) {
    if (read->f != Function::read || read->outcome != Outcome::ok) continue;
    const Operation* latest = time.latest_before(read->invoked);
    if (read->value == kNullText) {
      verdict.checked();
      if (time.absence_explained(latest, read->completed)) continue;
      verdict.violated([&] {
        return witness(
            fmt::format("{}; then {}, though no delete can explain it{}.", describe_first(history, *latest),
                        describe(history, *read), faults_around(history, key.evidence(), *latest, *read)),
            {latest, read});
      });
      continue;
    }
    const Operation* writer = best_writer(key.writers().of(read->value), read->completed);
    if (writer == nullptr) continue;  // a phantom, which no-phantoms and honest-failures report
    verdict.checked();
    if (latest == nullptr || writer->completed >= latest->invoked) continue;
    verdict.violated([&] {
      return witness(
          fmt::format("{}, after {}; then {}, which had been superseded before the read began{}.",
                      describe_first(history, *latest), describe(history, *writer), describe(history, *read),
                      faults_around(history, key.evidence(), *latest, *read)),
          {writer, latest, read});
    });
  }
}

}  // namespace

Verdict check_regular(const Case& whole) {
  const Conflict conflict = whole.conflict();
  VerdictBuilder verdict(kName);
  for (const KeyCase& key : whole.keys()) {
    if (is_composed(key.kind)) continue;
    if (key.kind == KeyKind::neither) {
      verdict.undecided(reads_unclear(key));
    } else if (key.kind == KeyKind::set) {
      // Under last-write-wins concurrent adds may overwrite each other: a set is not a register there.
      if (conflict == Conflict::lww) continue;
      judge_lacking(whole, check_set_reads(key, Duty::acknowledged), true, verdict);
    } else if (conflict == Conflict::siblings) {
      judge_lacking(whole, check_sibling_reads(key, Duty::acknowledged), false, verdict);
    } else {
      judge_values(key, verdict);
    }
  }
  return std::move(verdict).finish("no read of a register, or of a set with siblings, was answered");
}

}  // namespace fracas::checker
