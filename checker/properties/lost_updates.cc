// The effect of every acknowledged add is in the final state: in the union over the home replicas' dumps, or,
// without dumps, over the reads that began after every acknowledged add of the key had ended (and are marked
// final, if any read of it is).
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/keys.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

constexpr std::string_view kName = "lost-updates";

/// Where a key's elements were looked for at the end.
struct FinalElements {
  std::set<std::string_view> elements{};
  std::string place{};              ///< "on n1, n2, n3"
  const Operation* read = nullptr;  ///< the last of the final reads, if they were used
};

FinalElements elements_in(const FinalKey& key) {
  FinalElements found;
  std::vector<std::string_view> leaves;
  for (const ReplicaState* replica : key.homes) {
    for (const std::string& value : replica->values) append_leaves(value, leaves);
  }
  found.elements.insert(leaves.begin(), leaves.end());
  found.place = fmt::format("on {}", names(key));
  return found;
}

bool is_acknowledged_add(const Operation* o) { return o->f == Function::add && o->outcome == Outcome::ok; }

std::vector<const Operation*> final_reads(const KeyOperations& key) {
  std::uint32_t adds_ended = 0;
  bool marked = false;
  for (const Operation* o : key.operations) {
    if (is_acknowledged_add(o)) adds_ended = std::max(adds_ended, o->completed);
    marked = marked || (o->f == Function::read && o->outcome == Outcome::ok && o->final);
  }
  std::vector<const Operation*> reads;
  for (const Operation* o : key.operations) {
    if (o->f != Function::read || o->outcome != Outcome::ok || o->invoked < adds_ended) continue;
    if (o->final || !marked) reads.push_back(o);
  }
  return reads;
}

FinalElements elements_in(const History& history, const std::vector<const Operation*>& reads) {
  FinalElements found;
  std::vector<std::string_view> leaves;
  for (const Operation* read : reads) append_leaves(history.text(read->value), leaves);
  found.elements.insert(leaves.begin(), leaves.end());
  found.read = reads.back();
  found.place = fmt::format("in the last read of it, at {}", seconds(found.read->invoked_ns));
  return found;
}

/// Who had read and written the set while the add was under way: the likely thief.
const Operation* thief(const History& history, const KeyOperations& key, const Operation& add) {
  for (const Operation* o : key.operations) {
    const bool overlaps = o->invoked < add.completed && add.invoked < o->completed;
    if (o == &add || o->f != Function::add || o->outcome == Outcome::fail || !overlaps || o->saw == 0)
      continue;
    std::vector<std::string_view> saw;
    append_leaves(history.text(o->saw), saw);
    if (std::find(saw.begin(), saw.end(), history.text(add.value)) == saw.end()) return o;
  }
  return nullptr;
}

void judge(const History& history, const Evidence& evidence, const KeyOperations& key,
           const FinalElements& found, VerdictBuilder& verdict) {
  for (const Operation* add : key.operations) {
    if (!is_acknowledged_add(add)) continue;
    verdict.checked();
    if (found.elements.count(history.text(add->value)) > 0) continue;
    verdict.violated([&] {
      const Operation* other = thief(history, key, *add);
      const std::string meanwhile =
          other == nullptr ? std::string()
                           : fmt::format(" Meanwhile {} without having seen it.", describe(history, *other));
      Witness lost =
          witness(fmt::format("{}, yet at the end the element is not {}: the update was lost{}.{}",
                              describe_first(history, *add), found.place,
                              faults_around(evidence, add->invoked_ns, add->completed_ns), meanwhile),
                  {add});
      if (other != nullptr) lost.operations.push_back(other->invoked);
      if (found.read != nullptr) lost.operations.push_back(found.read->invoked);
      return lost;
    });
  }
}

}  // namespace

Verdict check_lost_updates(const History& history, const Evidence& evidence) {
  VerdictBuilder verdict(kName);
  std::optional<FinalState> state;
  if (evidence.dumps) state.emplace(*evidence.dumps);
  for (const KeyOperations& key : operations_by_key(history)) {
    if (key.kind == KeyKind::reg) continue;
    const std::string_view name = history.text(key.key);
    if (key.kind == KeyKind::neither) {
      verdict.undecided(
          fmt::format("{} is written in more than one way: its updates cannot be traced", name));
    } else if (std::none_of(key.operations.begin(), key.operations.end(), is_acknowledged_add)) {
      continue;
    } else if (state && state->empty()) {
      verdict.undecided("the dumps of the replicas are empty");
    } else if (state && !state->of(name).unread.empty()) {
      verdict.undecided(
          fmt::format("{} could not be read on {}", name, fmt::join(state->of(name).unread, ", ")));
    } else if (state) {
      judge(history, evidence, key, elements_in(state->of(name)), verdict);
    } else if (const auto reads = final_reads(key); reads.empty()) {
      verdict.undecided(fmt::format("{} was not read after its last add", name));
    } else {
      judge(history, evidence, key, elements_in(history, reads), verdict);
    }
  }
  return std::move(verdict).finish("no add was acknowledged");
}

}  // namespace fracas::checker
