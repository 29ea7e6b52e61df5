// The effect of every acknowledged read-modify-write is in the final state: in what the home replicas' dumps
// hold together, or, without dumps, in the reads that began after every acknowledged update of the key had
// ended (and are marked final, if any read of it is).
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/properties/updates.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "lost-updates";

FinalUpdates found_on(const FinalKey& key) {
  FinalUpdates found;
  for (const ReplicaState* replica : key.homes)
    found.places.emplace_back(replica->values.begin(), replica->values.end());
  found.where = fmt::format("on {}", names(key));
  return found;
}

std::vector<const Operation*> final_reads(const KeyOperations& key) {
  std::uint32_t updates_ended = 0;
  bool marked = false;
  for (const Operation* o : key.operations) {
    if (is_acknowledged_update(o)) updates_ended = std::max(updates_ended, o->completed);
    marked = marked || (o->f == Function::read && o->outcome == Outcome::ok && o->final);
  }
  std::vector<const Operation*> reads;
  for (const Operation* o : key.operations) {
    if (o->f != Function::read || o->outcome != Outcome::ok || o->invoked < updates_ended) continue;
    if (o->final || !marked) reads.push_back(o);
  }
  return reads;
}

FinalUpdates found_in(const History& history, const std::vector<const Operation*>& reads) {
  FinalUpdates found;
  for (const Operation* read : reads) {
    found.places.emplace_back();
    if (read->value != kNullText) found.places.back().push_back(history.text(read->value));
  }
  found.read = reads.back();
  found.where = fmt::format("in the last read of it, at {}", seconds(history.invoked_ns(*found.read)));
  return found;
}

void judge(const UpdatedKey& key) {
  if (key.key.kind == KeyKind::counter) return judge_counter(key);
  if (key.key.kind == KeyKind::cart) return judge_cart(key);
  judge_elements(key);
}

}  // namespace

Verdict check_lost_updates(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  VerdictBuilder verdict(kName);
  const FinalState* state = evidence.dumps ? &final_state(whole) : nullptr;
  const std::string hints = elsewhere(evidence);
  for (const KeyCase& key : whole.keys()) {
    if (key.kind == KeyKind::reg) continue;
    if (key.kind == KeyKind::neither) {
      verdict.undecided(
          fmt::format("{} is written in more than one way: its updates cannot be traced", key.name()));
    } else if (std::none_of(key.operations.begin(), key.operations.end(), is_acknowledged_update)) {
      continue;
    } else if (!hints.empty()) {
      verdict.undecided(hints);
    } else if (state != nullptr && state->empty()) {
      verdict.undecided("the dumps of the replicas are empty");
    } else if (state != nullptr && !state->of(key.name()).unread.empty()) {
      verdict.undecided(fmt::format("{} could not be read on {}", key.name(),
                                    fmt::join(state->of(key.name()).unread, ", ")));
    } else if (state != nullptr) {
      judge({key, found_on(state->of(key.name())), verdict});
    } else if (const auto reads = final_reads(key); reads.empty()) {
      verdict.undecided(fmt::format("{} was not read after its last update", key.name()));
    } else {
      judge({key, found_in(whole.history(), reads), verdict});
    }
  }
  return std::move(verdict).finish("no update was acknowledged");
}

}  // namespace fracas::checker
