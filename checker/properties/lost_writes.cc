// No acknowledged write loses, in last-write-wins order, to one that had ended before it began: what clock
// skew does to a store that stamps by wall clock. With stamps every such write is found; without them only
// one that shows at the end: the final value's write had ended before another acknowledged write began.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "checker/explain.h"
#include "checker/keys.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/real_time.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "lost-writes";

std::string signed_seconds(double s) { return fmt::format("{:+.3f} s", s); }

/// How far the stamping clock was ahead (or, negative, behind) when it stamped the operation: nothing if the
/// stamp lies within the operation.
std::optional<double> implied_skew_s(const History& history, const Evidence& evidence, const Operation& o,
                                     const Stamp& stamp) {
  if (!evidence.wall_start_us) return std::nullopt;
  const std::int64_t stamped_us = stamp.us - *evidence.wall_start_us;
  const double begun = static_cast<double>(stamped_us - history.invoked_ns(o) / 1000) / 1e6;
  const double ended = static_cast<double>(stamped_us - history.completed_ns(o) / 1000) / 1e6;
  if (begun < 0) return begun;
  if (ended > 0) return ended;
  return std::nullopt;
}

const FaultWindow* clock_fault(const History& history, const Evidence& evidence, const Operation& o,
                               std::string_view node) {
  for (const FaultWindow& fault : evidence.faults) {
    const bool aimed = std::find(fault.nodes.begin(), fault.nodes.end(), node) != fault.nodes.end();
    const bool covers = fault.begin_ns <= history.completed_ns(o) && history.invoked_ns(o) <= fault.end_ns;
    if (fault.kind.starts_with("clock.") && aimed && covers && fault.took_effect) return &fault;
  }
  return nullptr;
}

/// " The clock of n4 was -60.000 s off when it stamped "2-9" (clock.jump on n4, -60.000 s read back)."
std::string skew_sentence(const History& history, const Evidence& evidence, const Operation& o) {
  const Stamp& stamp = *history.stamp(o);
  const std::string node(node_of(stamp.actor));
  const auto implied = implied_skew_s(history, evidence, o, stamp);
  const FaultWindow* fault = clock_fault(history, evidence, o, node);
  if (!implied && fault == nullptr) return {};
  const std::string_view what = o.f == Function::remove_key ? "the delete" : history.text(o.value);
  const std::string off =
      implied ? fmt::format("was {} off", signed_seconds(*implied)) : std::string("was under a fault");
  std::string cause;
  if (fault != nullptr) {
    const std::string read_back =
        fault->skew_ns
            ? fmt::format(", {} read back", signed_seconds(static_cast<double>(*fault->skew_ns) / 1e9))
            : "";
    cause = fmt::format(" ({} on {}{})", fault->kind, node, read_back);
  }
  return fmt::format(" The clock of {} {} when it stamped {}{}.", node, off, shown(what), cause);
}

Witness lost_by_stamp(const History& history, const Evidence& evidence, const Operation& winner,
                      const Operation& lost) {
  const Stamp& a = *history.stamp(winner);
  const Stamp& b = *history.stamp(lost);
  return witness(
      fmt::format("{}; {} later {}. Both were acknowledged, but the later one lost: its stamp by {} ({} us) "
                  "is {:.6f} s "
                  "older than that by {} ({} us).{}{}",
                  describe_first(history, winner),
                  seconds(history.invoked_ns(lost) - history.completed_ns(winner)), describe(history, lost),
                  node_of(b.actor), b.us, static_cast<double>(a.us - b.us) / 1e6, node_of(a.actor), a.us,
                  skew_sentence(history, evidence, winner), skew_sentence(history, evidence, lost)),
      {&winner, &lost});
}

std::vector<const Operation*> acknowledged(const KeyOperations& key) {
  std::vector<const Operation*> result;
  std::copy_if(key.operations.begin(), key.operations.end(), std::back_inserter(result),
               [](const Operation* o) { return writes(*o) && o->outcome == Outcome::ok; });
  return result;
}

/// One sweep in order of invocation, beside one in order of completion that keeps the largest stamp so far.
void judge_stamps(const History& history, const Evidence& evidence, std::vector<const Operation*> begun,
                  VerdictBuilder& verdict) {
  begun.erase(std::remove_if(begun.begin(), begun.end(),
                             [&](const Operation* o) { return history.stamp(*o) == nullptr; }),
              begun.end());
  std::vector<const Operation*> ended = begun;
  std::sort(ended.begin(), ended.end(),
            [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
  const Operation* largest = nullptr;
  std::size_t next = 0;
  for (const Operation* o : begun) {
    for (; next < ended.size() && ended[next]->completed < o->invoked; ++next) {
      if (largest == nullptr || older(*history.stamp(*largest), *history.stamp(*ended[next])))
        largest = ended[next];
    }
    verdict.checked();
    if (largest == nullptr || !older(*history.stamp(*o), *history.stamp(*largest))) continue;
    verdict.violated([&] { return lost_by_stamp(history, evidence, *largest, *o); });
  }
}

/// The value on which all home replicas, or without dumps all final reads, agree; and when the first of them
/// was read: what had to have ended by then, and begun.
struct FinalValue {
  std::string_view value{};
  std::uint32_t read_began = kNever;
  std::uint32_t read_ended = kNever;
};

std::optional<FinalValue> final_value(const FinalKey& key) {
  if (key.homes.empty() || !key.unread.empty()) return std::nullopt;
  for (const ReplicaState* replica : key.homes) {
    if (replica->values.size() != 1 || replica->values != key.homes[0]->values) return std::nullopt;
  }
  return FinalValue{.value = key.homes[0]->values[0]};
}

std::optional<FinalValue> final_value(const History& history, const KeyOperations& key) {
  std::optional<FinalValue> found;
  for (const Operation* o : key.operations) {
    if (o->f != Function::read || o->outcome != Outcome::ok || !o->final) continue;
    if (found && found->value != history.text(o->value)) return std::nullopt;
    if (!found) found = FinalValue{history.text(o->value), o->invoked, o->completed};
  }
  return found;
}

void judge_value(const KeyCase& key, const FinalValue& last, VerdictBuilder& verdict) {
  const History& history = key.history();
  const Operation* winner = best_writer(key.writers().of(last.value), last.read_ended);
  const Operation* latest = RealTime(key).latest_before(last.read_began);
  if (winner == nullptr || latest == nullptr || winner->completed >= latest->invoked) return;
  verdict.violated([&] {
    return witness(
        fmt::format(
            "{}; {} later {}. Both were acknowledged, but at the end the earlier one is there and the "
            "later one is lost{}.",
            describe_first(history, *winner),
            seconds(history.invoked_ns(*latest) - history.completed_ns(*winner)), describe(history, *latest),
            faults_around(history, key.evidence(), *winner, *latest)),
        {winner, latest});
  });
}

}  // namespace

Verdict check_lost_writes(const Case& whole) {
  if (whole.conflict() == Conflict::siblings) {
    return not_applicable(kName, "with siblings no write wins over another that it has not seen");
  }
  const History& history = whole.history();
  const Evidence& evidence = whole.evidence();
  VerdictBuilder verdict(kName);
  const std::string hints = elsewhere(evidence);
  for (const KeyCase& key : whole.keys()) {
    const auto begun = acknowledged(key);
    if (std::any_of(begun.begin(), begun.end(),
                    [&](const Operation* o) { return history.stamp(*o) != nullptr; })) {
      judge_stamps(history, evidence, begun, verdict);
    } else if (!hints.empty()) {
      verdict.undecided(hints);
    } else if (key.kind == KeyKind::reg && !begun.empty()) {
      const auto last =
          evidence.dumps ? final_value(final_state(whole).of(key.name())) : final_value(history, key);
      if (!last) continue;
      verdict.checked(begun.size());
      judge_value(key, *last, verdict);
    }
  }
  return std::move(verdict).finish("no write shows its stamp, and no final value is agreed on");
}

}  // namespace fracas::checker
