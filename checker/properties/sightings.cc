#include "checker/properties/sightings.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "checker/explain.h"

namespace fracas::checker {

namespace {

using Visit = std::function<void(const Sighting&)>;

void visit_dump(const KeyDump& dump, const Writers& writers, KeyKind kind, const Visit& visit) {
  for (const ReplicaState& replica : dump.replicas) {
    std::vector<std::string_view> values;
    for (const std::string& value : replica.values) append_shown(writers, kind, Conflict::lww, value, values);
    for (const std::string_view value : values)
      visit({.key = dump.key, .value = value, .writers = writers.of(value), .replica = replica.node});
  }
}

void visit_answers(const KeyCase& key, const Visit& visit) {
  const Answers& answers = key.answers();
  const Writers& writers = key.writers();
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    for (const TextId value : answers.of(i))
      visit({.key = key.name(),
             .value = answers.text(value),
             .writers = writers.of(value),
             .operation = key.operations[i]});
  }
}

}  // namespace

std::string for_each_sighting(const Case& whole, const Visit& visit) {
  std::string undecided;
  std::set<std::string_view> named;
  for (const KeyCase& key : whole.keys()) {
    named.insert(key.name());
    if (key.kind == KeyKind::neither) {
      undecided = fmt::format("{} is written in more than one way: its values cannot be traced", key.name());
      continue;
    }
    visit_answers(key, visit);
    if (key.dump() != nullptr) visit_dump(*key.dump(), key.writers(), key.kind, visit);
  }
  if (!whole.evidence().dumps) return undecided;
  // Keys that no operation names: whatever they hold, nobody wrote it.
  const Writers nobody(whole.history(), {});
  for (const KeyDump& dump : *whole.evidence().dumps)
    if (!named.contains(dump.key)) visit_dump(dump, nobody, KeyKind::reg, visit);
  return undecided;
}

std::string where(const History& history, const Sighting& sighting) {
  if (sighting.operation != nullptr) return describe(history, *sighting.operation);
  return fmt::format("the dump of {} at the end shows it under {}", sighting.replica, sighting.key);
}

}  // namespace fracas::checker
