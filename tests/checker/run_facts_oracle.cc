// The loops behind run_facts.h.
#include "tests/checker/run_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace fracas::checker::definitions {

using nlohmann::json;

std::vector<std::string> keys_of(const History& h) {
  std::vector<std::string> keys;
  for (const Operation& o : h.operations()) {
    const std::string key(h.text(o.key));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

bool is_set(const History& h, const std::string& key) { return !choose(h, key, adds).empty(); }

bool is_mixed(const History& h, const std::string& key) {
  const auto some = [&](auto&& chosen) { return !choose(h, key, chosen).empty(); };
  const bool written = some([](const Operation& o) { return changes(o) && !adds(o) && !increments(o); });
  return some(adds) + some(increments) + written > 1;
}

bool shows_stamps(const History& h) {
  return std::any_of(h.operations().begin(), h.operations().end(),
                     [&](const Operation& o) { return h.stamp(o) != nullptr; });
}

bool always_older(const Stamp& a, const Stamp& b) {
  return std::tie(a.us, a.actor, a.sequence) < std::tie(b.us, b.actor, b.sequence) &&
         std::tie(a.us, b.actor, a.sequence) < std::tie(b.us, a.actor, b.sequence);
}

Homes homes_of(const Evidence& evidence, const std::string& key) {
  Homes homes;
  for (const KeyDump& dump : *evidence.dumps) {
    if (dump.key != key) continue;
    for (const std::string& home : dump.homes) {
      const auto size = homes.read.size();
      for (const ReplicaState& replica : dump.replicas) {
        if (replica.node == home) homes.read.push_back(&replica);
      }
      homes.unread = homes.unread || homes.read.size() == size;
    }
  }
  return homes;
}

bool dumps_show_clocks(const Evidence& evidence) {
  for (const KeyDump& dump : *evidence.dumps) {
    for (const ReplicaState* replica : homes_of(evidence, dump.key).read) {
      if (!replica->clock.empty()) return true;
    }
  }
  return false;
}

namespace {

void flatten(const json& value, std::vector<std::string>& leaves) {
  if (!value.is_array()) return leaves.push_back(value.dump());
  for (const json& part : value) flatten(part, leaves);
}

}  // namespace

std::vector<std::string> elements_of(std::string_view text) {
  std::vector<std::string> leaves;
  if (!text.empty() && text != "null") flatten(json::parse(text), leaves);
  return leaves;
}

Operations explanations(const History& h, const std::string& key, std::string_view value, std::uint32_t end) {
  return choose(h, key, [&](const Operation& o) {
    const bool fits = value == "null" ? removes(o) : changes(o) && !removes(o) && h.text(o.value) == value;
    return fits && o.outcome != Outcome::fail && o.invoked < end;
  });
}

Operations final_reads_of(const History& h, const std::string& key) {
  const Operations reads = choose(h, key, answered);
  const bool marked = std::any_of(reads.begin(), reads.end(), [](const Operation* o) { return o->final; });
  Operations last;
  for (const Operation* read : reads) {
    const Operations after =
        choose(h, key, [&](const Operation& o) { return acked(o) && o.completed >= read->invoked; });
    if (after.empty() && (!marked || read->final)) last.push_back(read);
  }
  return last;
}

std::optional<std::set<std::string>> final_elements(const History& h, const Evidence& evidence,
                                                    const std::string& key) {
  std::set<std::string> found;
  if (evidence.dumps) {
    const Homes homes = homes_of(evidence, key);
    if (evidence.dumps->empty() || homes.unread) return std::nullopt;
    for (const ReplicaState* replica : homes.read) {
      for (const std::string& value : replica->values) {
        for (auto& element : elements_of(value)) found.insert(element);
      }
    }
    return found;
  }
  const Operations reads = final_reads_of(h, key);
  for (const Operation* read : reads) {
    for (auto& element : elements_of(h.text(read->value))) found.insert(element);
  }
  return reads.empty() ? std::nullopt : std::optional(found);
}

}  // namespace fracas::checker::definitions
