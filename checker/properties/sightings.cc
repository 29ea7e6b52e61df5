#include "checker/properties/sightings.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "checker/explain.h"

namespace fracas::checker {

std::string for_each_sighting(const History& history, const Evidence& evidence,
                              const std::function<void(const Sighting&)>& visit) {
  const Conflict conflict = conflict_of(history, evidence);
  std::map<std::string_view, const KeyDump*> dumps;
  if (evidence.dumps) {
    for (const KeyDump& dump : *evidence.dumps) dumps[dump.key] = &dump;
  }
  std::string undecided;
  for (const KeyOperations& key : operations_by_key(history)) {
    if (key.kind == KeyKind::neither) {
      undecided = fmt::format("{} is written in more than one way: its values cannot be traced",
                              history.text(key.key));
      continue;
    }
    const Writers writers(history, key);
    for (const Operation* o : key.operations) {
      if (o->outcome != Outcome::ok) continue;
      auto values = shown_values(history, writers, key.kind, conflict, *o);
      if (!values.empty())
        visit({.key = &key, .writers = &writers, .operation = o, .values = std::move(values)});
    }
    const auto dump = dumps.find(history.text(key.key));
    if (dump == dumps.end()) continue;
    for (const ReplicaState& replica : dump->second->replicas) {
      std::vector<std::string_view> values;
      for (const std::string& value : replica.values)
        append_shown(writers, key.kind, Conflict::lww, value, values);
      visit({.key = &key, .writers = &writers, .replica = replica.node, .values = std::move(values)});
    }
  }
  return undecided;
}

std::string where(const History& history, const Sighting& sighting) {
  if (sighting.operation != nullptr) return describe(history, *sighting.operation);
  return fmt::format("the dump of {} at the end shows it under {}", sighting.replica,
                     history.text(sighting.key->key));
}

}  // namespace fracas::checker
