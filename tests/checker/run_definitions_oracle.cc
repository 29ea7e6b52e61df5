// The enumerations behind run_definitions.h that order no versions: every writer of a value, every set of
// adds that may have taken effect, every pair of replicas.
#include "tests/checker/run_definitions.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "tests/checker/run_facts.h"

namespace fracas::checker::definitions {
namespace {

using nlohmann::json;

/// The values in a text. Of a register an array is its siblings, unless it was written as it stands.
std::vector<std::string> values_of(const History& h, const std::string& key, std::string_view text,
                                   bool siblings) {
  if (is_set(h, key)) return elements_of(text);
  if (text.empty() || text == "null") return {};
  const bool written = !choose(h, key, [](const Operation& o) { return changes(o) && !removes(o); }).empty();
  if (text == "[]" && !written) return {};  // it may be a set
  const auto writers =
      choose(h, key, [&](const Operation& o) { return changes(o) && h.text(o.value) == text; });
  const json value = json::parse(text);
  if (!siblings || !value.is_array() || !writers.empty()) return {std::string(text)};
  std::vector<std::string> parts;
  for (const json& part : value) parts.push_back(part.dump());
  return parts;
}

struct Seen {
  std::uint32_t by = kNever;   ///< the operation that showed it
  std::uint32_t end = kNever;  ///< when it had certainly been seen
  std::string value;
};

std::vector<Seen> everything_seen(const History& h, const Evidence& evidence, const std::string& key) {
  std::vector<Seen> seen;
  const bool siblings = evidence.conflict == "siblings";
  for (const Operation* o : choose(h, key, [](const Operation& o) { return o.outcome == Outcome::ok; })) {
    std::vector<std::string> values;
    const auto append = [&](TextId text, bool apart) {
      for (auto& value : values_of(h, key, h.text(text), apart)) values.push_back(value);
    };
    if (o->f == Function::read) append(o->value, siblings);
    if (o->f != Function::read) append(o->siblings, true);
    if (o->f != Function::read) append(o->saw, siblings);
    for (auto& value : values) seen.push_back({o->invoked, o->completed, value});
  }
  if (!evidence.dumps) return seen;
  for (const KeyDump& dump : *evidence.dumps) {
    if (dump.key != key) continue;
    for (const ReplicaState& replica : dump.replicas) {
      for (const std::string& value : replica.values) {
        for (auto& part : values_of(h, key, value, false)) seen.push_back({kNever, kNever, part});
      }
    }
  }
  return seen;
}

/// Keys of the history, then those that only dumps name.
std::vector<std::string> all_keys(const History& h, const Evidence& evidence) {
  std::vector<std::string> keys = keys_of(h);
  for (const KeyDump& dump : evidence.dumps ? *evidence.dumps : std::vector<KeyDump>()) {
    if (std::find(keys.begin(), keys.end(), dump.key) == keys.end()) keys.push_back(dump.key);
  }
  return keys;
}

/// Of all sets of adds whose effects can be what was found, the one that loses the fewest acknowledged.
Operations fewest_lost(const History& h, const Operations& candidates, const std::set<std::string>& found) {
  std::set<std::string> known;
  for (const Operation* add : candidates) known.emplace(h.text(add->value));
  std::set<std::string> expected;
  std::set_intersection(found.begin(), found.end(), known.begin(), known.end(),
                        std::inserter(expected, expected.end()));
  std::optional<Operations> best;
  for (std::uint64_t choice = 0; choice < 1ULL << candidates.size(); ++choice) {
    std::set<std::string> elements;
    Operations lost;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if ((choice >> i & 1) != 0) {
        elements.emplace(h.text(candidates[i]->value));
      } else if (acked(*candidates[i])) {
        lost.push_back(candidates[i]);
      }
    }
    if (elements == expected && (!best || lost.size() < best->size())) best = lost;
  }
  return *best;
}

bool differ(const ReplicaState& a, const ReplicaState& b) {
  const auto pairs = [](const ReplicaState& replica, const json& clock) {
    std::multiset<std::pair<std::string, std::string>> values;
    for (std::size_t i = 0; i < replica.values.size(); ++i) {
      const bool dotted = clock.is_object() && i < clock["dots"].size();
      values.emplace(dotted ? clock["dots"][i].dump() : "", replica.values[i]);
    }
    return values;
  };
  json first = a.clock.empty() ? json() : json::parse(a.clock);
  json second = b.clock.empty() ? json() : json::parse(b.clock);
  if (pairs(a, first) != pairs(b, second)) return true;
  if (first.is_object()) first.erase("dots");
  if (second.is_object()) second.erase("dots");
  return first != second;
}

}  // namespace

Result Finding::result() const {
  if (!accused.empty()) return Result::violated;
  return undecided ? Result::unknown : checked ? Result::holds : Result::not_applicable;
}

Finding lost_updates(const History& h, const Evidence& evidence) {
  Finding finding;
  for (const std::string& key : keys_of(h)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    const Operations candidates =
        choose(h, key, [](const Operation& o) { return adds(o) && o.outcome != Outcome::fail; });
    if (is_mixed(h, key) ||
        std::none_of(candidates.begin(), candidates.end(), [](auto* o) { return acked(*o); }))
      continue;
    const auto found = final_elements(h, evidence, key);
    finding.undecided = finding.undecided || !found;
    if (!found) continue;
    finding.checked = true;
    for (const Operation* add : fewest_lost(h, candidates, *found)) finding.accused.push_back(add->invoked);
  }
  return finding;
}

Finding convergence(const History&, const Evidence& evidence) {
  Finding finding;
  if (!evidence.dumps) return finding;
  const auto& settlement = evidence.settlement;
  finding.undecided = !settlement || !settlement->exchanges_completed || settlement->hints_pending > 0;
  if (finding.undecided) return finding;
  for (const KeyDump& dump : *evidence.dumps) {
    const Homes homes = homes_of(evidence, dump.key);
    finding.undecided = finding.undecided || homes.unread;
    finding.checked = finding.checked || homes.read.size() > 1;
    bool diverged = false;
    for (const ReplicaState* a : homes.read) {
      for (const ReplicaState* b : homes.read) diverged = diverged || differ(*a, *b);
    }
    if (diverged) finding.accused.push_back(kNever);
  }
  return finding;
}

Finding no_phantoms(const History& h, const Evidence& evidence) {
  Finding finding;
  for (const std::string& key : all_keys(h, evidence)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    if (is_mixed(h, key)) continue;
    for (const Seen& seen : everything_seen(h, evidence, key)) {
      finding.checked = true;
      const Operations writers = choose(h, key, [&](const Operation& o) {
        return changes(o) && h.text(o.value) == seen.value && o.invoked < seen.end;
      });
      if (writers.empty()) finding.accused.push_back(seen.by);
    }
  }
  return finding;
}

Finding honest_failures(const History& h, const Evidence& evidence) {
  Finding finding;
  for (const std::string& key : keys_of(h)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    if (is_mixed(h, key)) continue;
    for (const Seen& seen : everything_seen(h, evidence, key)) {
      const Operations writers =
          choose(h, key, [&](const Operation& o) { return changes(o) && h.text(o.value) == seen.value; });
      finding.checked = finding.checked || !writers.empty();
      const bool failed = std::any_of(writers.begin(), writers.end(),
                                      [](const Operation* o) { return o->outcome == Outcome::fail; });
      if (failed && explanations(h, key, seen.value, seen.end).empty()) finding.accused.push_back(seen.by);
    }
  }
  return finding;
}

}  // namespace fracas::checker::definitions
