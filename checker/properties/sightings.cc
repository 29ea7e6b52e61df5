#include "checker/properties/sightings.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "checker/explain.h"

namespace fracas::checker {

std::string for_each_sighting(const History& history, const Evidence& evidence,
                              const std::function<void(const Sighting&)>& visit) {
  const Conflict conflict = conflict_of(history, evidence);
  std::map<std::string_view, const KeyDump*> dumps;  // that are not visited yet
  if (evidence.dumps) {
    for (const KeyDump& dump : *evidence.dumps) dumps[dump.key] = &dump;
  }
  const auto visit_dump = [&](const KeyDump& dump, const Writers& writers, KeyKind kind) {
    for (const ReplicaState& replica : dump.replicas) {
      std::vector<std::string_view> values;
      for (const std::string& value : replica.values)
        append_shown(writers, kind, Conflict::lww, value, values);
      visit({.key = dump.key, .writers = &writers, .replica = replica.node, .values = std::move(values)});
    }
  };
  std::string undecided;
  for (const KeyOperations& key : operations_by_key(history)) {
    const std::string_view name = history.text(key.key);
    const auto found = dumps.find(name);
    const KeyDump* dump = found == dumps.end() ? nullptr : found->second;
    if (dump != nullptr) dumps.erase(found);
    if (key.kind == KeyKind::neither) {
      undecided = fmt::format("{} is written in more than one way: its values cannot be traced", name);
      continue;
    }
    const Writers writers(history, key);
    for (const Operation* o : key.operations) {
      if (o->outcome != Outcome::ok) continue;
      auto values = shown_values(history, writers, key.kind, conflict, *o);
      if (!values.empty())
        visit({.key = name, .writers = &writers, .operation = o, .values = std::move(values)});
    }
    if (dump != nullptr) visit_dump(*dump, writers, key.kind);
  }
  // Keys that no operation names: whatever they hold, nobody wrote it.
  const Writers nobody(history, {});
  for (const auto& [name, dump] : dumps) visit_dump(*dump, nobody, KeyKind::reg);
  return undecided;
}

std::string where(const History& history, const Sighting& sighting) {
  if (sighting.operation != nullptr) return describe(history, *sighting.operation);
  return fmt::format("the dump of {} at the end shows it under {}", sighting.replica, sighting.key);
}

}  // namespace fracas::checker
