// The enumerations behind run_definitions.h that order no versions: every writer of a value, every set of
// adds that may have taken effect, every pair of replicas.
#include "tests/checker/run_definitions.h"

#include <algorithm>
#include <iterator>
#include <map>
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
    if (o->f != Function::read) append(h.siblings(*o), true);
    if (o->f != Function::read) append(h.saw(*o), siblings);
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

namespace {

/// Elements that a list holds more often than they were appended, then appends whose element is in front of
/// one that they had seen. Elements that several operations wrote have no order.
void disorder(const History& h, const std::string& key, const std::string& list, Finding& finding) {
  const std::vector<std::string> elements = elements_of(list);
  const auto written = [&](const std::string& element, auto&& chosen) {
    return choose(h, key,
                  [&](const Operation& o) { return adds(o) && h.text(o.value) == element && chosen(o); });
  };
  const auto any = [](const Operation&) { return true; };
  for (const std::string& element : std::set<std::string>(elements.begin(), elements.end())) {
    const auto tried = written(element, [](const Operation& o) { return o.outcome != Outcome::fail; }).size();
    const auto times = static_cast<std::size_t>(std::count(elements.begin(), elements.end(), element));
    if (tried > 0 && times > tried) finding.accused.push_back(written(element, any).front()->invoked);
  }
  for (const Operation* o : choose(h, key, adds)) {
    if (o->outcome == Outcome::fail || h.saw(*o) == 0) continue;
    bool wrong = false;
    for (const std::string& before : elements_of(h.text(h.saw(*o)))) {
      const std::string own(h.text(o->value));
      if (written(before, any).size() != 1 || written(own, any).size() != 1) continue;
      const auto here = std::find(elements.begin(), elements.end(), own);
      const auto there = std::find(elements.begin(), elements.end(), before);
      wrong = wrong || (here != elements.end() && there != elements.end() && here < there);
    }
    if (wrong) finding.accused.push_back(o->invoked);
  }
}

/// What was found of a key: on its homes, or in its final reads.
std::vector<std::string> texts_at_the_end(const History& h, const Evidence& evidence,
                                          const std::string& key) {
  std::vector<std::string> texts;
  if (evidence.dumps) {
    for (const ReplicaState* replica : homes_of(evidence, key).read)
      texts.insert(texts.end(), replica->values.begin(), replica->values.end());
    return texts;
  }
  for (const Operation* read : final_reads_of(h, key)) {
    if (h.text(read->value) != "null") texts.emplace_back(h.text(read->value));
  }
  return texts;
}

/// Of all choices of the increments that may have been made: counts that none of them gives, and amounts of
/// which each choice that gives a count found has fewer than were acknowledged (not where there is a count
/// that none gives).
void lost_increments(const History& h, const std::string& key, const std::vector<std::string>& texts,
                     bool siblings, Finding& finding) {
  const Operations made =
      choose(h, key, [](const Operation& o) { return increments(o) && o.outcome != Outcome::fail; });
  std::set<std::string> amounts;
  std::set<std::pair<std::string, std::int32_t>> owners;
  for (const Operation* o : made) {
    amounts.emplace(h.text(o->value));
    owners.emplace(h.text(o->value), h.session(*o));
  }
  const bool owned = owners.size() == amounts.size();
  if (!owned && siblings) {
    finding.undecided = true;
    return;
  }
  std::set<std::uint64_t> counts;
  for (const std::string& text : texts) {
    if (text.find_first_not_of("0123456789") != std::string::npos) {
      finding.undecided = true;  // no count
      return;
    }
    counts.insert(std::stoull(text));
  }
  std::set<std::uint64_t> possible;
  std::map<std::string, std::uint64_t> most;  // of an amount, in a choice that gives a count found; or in all
  std::uint64_t largest = 0;
  for (std::uint64_t choice = 0; choice < 1ULL << made.size(); ++choice) {
    std::uint64_t sum = 0;
    std::map<std::string, std::uint64_t> times;
    for (std::size_t i = 0; i < made.size(); ++i) {
      if ((choice >> i & 1) == 0) continue;
      sum += std::stoull(std::string(h.text(made[i]->value)));
      ++times[std::string(h.text(made[i]->value))];
    }
    possible.insert(sum);
    if (!counts.contains(sum)) continue;
    for (const auto& [amount, number] : times) most[amount] = std::max(most[amount], number);
  }
  for (const std::uint64_t count : counts) {
    largest = std::max(largest, count);
    if (!possible.contains(count)) finding.accused.push_back(kNever);
  }
  std::uint64_t sum = 0;
  std::map<std::uint64_t, Operations> acknowledged;
  for (const Operation* o : made) {
    if (!acked(*o)) continue;
    sum += std::stoull(std::string(h.text(o->value)));
    acknowledged[std::stoull(std::string(h.text(o->value)))].push_back(o);
  }
  finding.checked = finding.checked || !acknowledged.empty();
  if (!owned && largest < sum) finding.accused.push_back(kNever);
  if (!owned || !std::includes(possible.begin(), possible.end(), counts.begin(), counts.end())) return;
  for (const auto& [amount, operations] : acknowledged) {
    if (most[std::to_string(amount)] < operations.size())
      finding.accused.push_back(operations.back()->invoked);
  }
}

}  // namespace

Finding lost_updates(const History& h, const Evidence& evidence) {
  Finding finding;
  for (const std::string& key : keys_of(h)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    if (!is_mixed(h, key) &&
        !choose(h, key, [](const Operation& o) { return increments(o) && acked(o); }).empty()) {
      if (!final_elements(h, evidence, key)) {
        finding.undecided = true;
        continue;
      }
      bool siblings = false;
      if (evidence.dumps) {
        for (const ReplicaState* replica : homes_of(evidence, key).read)
          siblings = siblings || replica->values.size() > 1;
      }
      lost_increments(h, key, texts_at_the_end(h, evidence, key), siblings, finding);
      continue;
    }
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
    const bool list = !choose(h, key, [](const Operation& o) { return o.f == Function::append; }).empty();
    const std::vector<std::string> texts = texts_at_the_end(h, evidence, key);
    for (const std::string& text : std::set<std::string>(texts.begin(), texts.end()))
      if (list) disorder(h, key, text, finding);
  }
  return finding;
}

Finding convergence(const History&, const Evidence& evidence) {
  Finding finding;
  if (!evidence.dumps) return finding;
  const auto& settlement = evidence.settlement;
  finding.undecided = !settlement || settlement->hints_pending > 0 ||
                      (!settlement->exchanges_completed && !settlement->nothing_left);
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
