// The enumerations behind run_definitions.h: every writer of a value, every set of adds, every pair of
// replicas, and both orders of two actors whose stamps are equal.
#include "tests/checker/run_definitions.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace fracas::checker::definitions {
namespace {

using nlohmann::json;
using Operations = std::vector<const Operation*>;

std::vector<std::string> keys_of(const History& h) {
  std::vector<std::string> keys;
  for (const Operation& o : h.operations()) {
    const std::string key(h.text(o.key));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

template <typename Chosen>
Operations choose(const History& h, const std::string& key, Chosen&& chosen) {
  Operations operations;
  for (const Operation& o : h.operations()) {
    if (h.text(o.key) == key && chosen(o)) operations.push_back(&o);
  }
  return operations;
}

bool adds(const Operation& o) { return o.f == Function::add; }
bool removes(const Operation& o) { return o.f == Function::remove_key; }
bool changes(const Operation& o) { return o.f != Function::read; }
bool acked(const Operation& o) { return changes(o) && o.outcome == Outcome::ok; }
bool answered(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

bool is_set(const History& h, const std::string& key) { return !choose(h, key, adds).empty(); }

bool is_mixed(const History& h, const std::string& key) {
  return is_set(h, key) && !choose(h, key, [](const Operation& o) { return changes(o) && !adds(o); }).empty();
}

bool shows_stamps(const History& h) {
  return std::any_of(h.operations().begin(), h.operations().end(),
                     [&](const Operation& o) { return h.stamp(o) != nullptr; });
}

/// Under both orders of the actors.
bool always_older(const Stamp& a, const Stamp& b) {
  return std::tie(a.us, a.actor, a.sequence) < std::tie(b.us, b.actor, b.sequence) &&
         std::tie(a.us, b.actor, a.sequence) < std::tie(b.us, a.actor, b.sequence);
}

struct Homes {
  std::vector<const ReplicaState*> read;
  bool unread = false;
};

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

void flatten(const json& value, std::vector<std::string>& leaves) {
  if (!value.is_array()) return leaves.push_back(value.dump());
  for (const json& part : value) flatten(part, leaves);
}

std::vector<std::string> elements_of(std::string_view text) {
  std::vector<std::string> leaves;
  if (!text.empty() && text != "null") flatten(json::parse(text), leaves);
  return leaves;
}

/// The values in a text. Of a register an array is its siblings, unless it was written as it stands.
std::vector<std::string> values_of(const History& h, const std::string& key, std::string_view text,
                                   bool siblings) {
  if (is_set(h, key)) return elements_of(text);
  if (text.empty() || text == "null") return {};
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

/// The elements of a set at the end: on the homes, or in the reads that began after every acknowledged add
/// (of those marked final, if any read of the key is).
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
  const Operations reads = choose(h, key, answered);
  const bool marked = std::any_of(reads.begin(), reads.end(), [](const Operation* o) { return o->final; });
  bool any = false;
  for (const Operation* read : reads) {
    const Operations after =
        choose(h, key, [&](const Operation& o) { return acked(o) && o.completed >= read->invoked; });
    if (!after.empty() || (marked && !read->final)) continue;
    any = true;
    for (auto& element : elements_of(h.text(read->value))) found.insert(element);
  }
  return any ? std::optional(found) : std::nullopt;
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

/// Writes of a value, or deletes if there is none, that can have been seen by `end`.
Operations explanations(const History& h, const std::string& key, std::string_view value, std::uint32_t end) {
  return choose(h, key, [&](const Operation& o) {
    const bool fits = value == "null" ? removes(o) : changes(o) && !removes(o) && h.text(o.value) == value;
    return fits && o.outcome != Outcome::fail && o.invoked < end;
  });
}

bool all_lost_after(const Operations& versions, const Operation& write) {
  return std::all_of(versions.begin(), versions.end(),
                     [&](const Operation* v) { return v->completed < write.invoked; });
}

/// Versions that may be behind the homes' states; nothing if one holds what nobody wrote.
std::optional<Operations> versions_held(const History& h, const Evidence& evidence, const std::string& key) {
  Operations held;
  for (const ReplicaState* replica : homes_of(evidence, key).read) {
    const bool nothing = replica->clock.empty() && dumps_show_clocks(evidence);
    if (replica->values.empty() && nothing) continue;
    std::vector<std::string> values = replica->values;
    if (values.empty()) values = {"null"};
    for (const std::string& value : values) {
      const Operations writers = explanations(h, key, value, kNever);
      if (writers.empty() && value != "null") return std::nullopt;
      held.insert(held.end(), writers.begin(), writers.end());
    }
  }
  return held;
}

Operations undurable_by_stamp(const History& h, const Evidence& evidence, const std::string& key) {
  Operations lost;
  for (const Operation* o : choose(h, key, acked)) {
    bool kept = false;
    for (const ReplicaState* replica : homes_of(evidence, key).read) {
      if (replica->clock.empty()) continue;
      const json clock = json::parse(replica->clock);
      const auto actor = clock[1].get<std::string>();
      kept = kept || !always_older({clock[0].get<std::int64_t>(), actor, clock[2].get<std::uint64_t>()},
                                   *h.stamp(*o));
    }
    if (!kept) lost.push_back(o);
  }
  return lost;
}

/// What all homes, or without dumps all final reads, agree on, and when it was read.
struct Last {
  std::string value;
  std::uint32_t began = kNever;
  std::uint32_t ended = kNever;
};

std::optional<Last> last_value(const History& h, const Evidence& evidence, const std::string& key) {
  std::set<std::vector<std::string>> shown;
  Last last;
  if (evidence.dumps) {
    const Homes homes = homes_of(evidence, key);
    if (homes.unread) return std::nullopt;
    for (const ReplicaState* replica : homes.read) shown.insert(replica->values);
  } else {
    const Operations reads = choose(h, key, [](const Operation& o) { return answered(o) && o.final; });
    for (const Operation* read : reads) shown.insert({std::string(h.text(read->value))});
    if (!reads.empty()) last = {"", reads.front()->invoked, reads.front()->completed};
  }
  if (shown.size() != 1 || shown.begin()->size() != 1) return std::nullopt;
  last.value = shown.begin()->front();
  return last;
}

/// Acknowledged writes that every write of the last value had ended before.
Operations lost_to(const History& h, const std::string& key, const Last& last) {
  const Operations winners =
      last.value == "null" ? Operations() : explanations(h, key, last.value, last.ended);
  if (winners.empty()) return {};
  return choose(h, key, [&](const Operation& o) {
    return acked(o) && o.completed < last.began && all_lost_after(winners, o);
  });
}

Operations lost_by_stamp(const History& h, const std::string& key) {
  return choose(h, key, [&](const Operation& b) {
    if (!acked(b) || h.stamp(b) == nullptr) return false;
    return !choose(h, key, [&](const Operation& a) {
              return acked(a) && h.stamp(a) != nullptr && a.completed < b.invoked &&
                     always_older(*h.stamp(b), *h.stamp(a));
            }).empty();
  });
}

/// Nothing if the read cannot be judged.
std::optional<bool> own_writes_seen(const History& h, const std::string& key, const Operation& read) {
  const Operations own = choose(h, key, [&](const Operation& o) {
    return acked(o) && o.session == read.session && o.completed < read.invoked;
  });
  Operations stamped;
  for (const Operation* o : own) {
    if (h.stamp(*o) != nullptr) stamped.push_back(o);
  }
  const auto in_order = [&](const Stamp& seen) {
    return std::none_of(stamped.begin(), stamped.end(),
                        [&](const Operation* o) { return always_older(seen, *h.stamp(*o)); });
  };
  if (own.empty()) return std::nullopt;
  if (!stamped.empty() && h.stamp(read) != nullptr) return in_order(*h.stamp(read));
  if (is_set(h, key)) return std::nullopt;
  const bool absent = h.text(read.value) == "null";
  const Operations versions = explanations(h, key, h.text(read.value), read.completed);
  if (versions.empty() && !absent) return std::nullopt;
  return std::any_of(versions.begin(), versions.end(), [&](const Operation* v) {
    if (!stamped.empty() && h.stamp(*v) != nullptr) return in_order(*h.stamp(*v));
    if (!stamped.empty() && absent) return true;  // a delete whose stamp nobody was told
    return std::none_of(own.begin(), own.end(),
                        [&](const Operation* o) { return v->completed < o->invoked; });
  });
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

Finding durability_lww(const History& h, const Evidence& evidence) {
  Finding finding;
  if (!evidence.dumps) return finding;
  finding.undecided = evidence.dumps->empty();
  if (finding.undecided) return finding;
  const bool lww = evidence.conflict == "lww" || shows_stamps(h);
  for (const std::string& key : keys_of(h)) {
    const Operations writes = choose(h, key, acked);
    if (writes.empty()) continue;
    const bool stamped =
        dumps_show_clocks(evidence) &&
        std::all_of(writes.begin(), writes.end(), [&](auto* o) { return h.stamp(*o) != nullptr; });
    const auto held = versions_held(h, evidence, key);
    const bool unknowable = is_set(h, key) ? lww : !held;
    if (homes_of(evidence, key).unread || is_mixed(h, key) || (!stamped && unknowable)) {
      finding.undecided = true;
      continue;
    }
    finding.checked = true;
    Operations lost;
    if (stamped) {
      lost = undurable_by_stamp(h, evidence, key);
    } else if (is_set(h, key)) {
      const auto found = final_elements(h, evidence, key);
      for (const Operation* o : writes) {
        if (found->count(std::string(h.text(o->value))) == 0) lost.push_back(o);
      }
    } else {
      for (const Operation* o : writes) {
        if (all_lost_after(*held, *o)) lost.push_back(o);
      }
    }
    for (const Operation* o : lost) finding.accused.push_back(o->invoked);
  }
  return finding;
}

Finding lost_writes(const History& h, const Evidence& evidence) {
  Finding finding;
  if (evidence.conflict == "siblings") return finding;
  for (const std::string& key : keys_of(h)) {
    const Operations writes = choose(h, key, acked);
    if (std::any_of(writes.begin(), writes.end(), [&](auto* o) { return h.stamp(*o) != nullptr; })) {
      finding.checked = true;
      for (const Operation* o : lost_by_stamp(h, key)) finding.accused.push_back(o->invoked);
      continue;
    }
    const auto last = last_value(h, evidence, key);
    if (writes.empty() || is_set(h, key) || !last) continue;
    finding.checked = true;
    const Operations lost = lost_to(h, key, *last);
    // One accusation a key: the last value shows one winner, and the latest of those that it beat is named.
    if (!lost.empty()) finding.accused.push_back(lost.back()->invoked);
  }
  return finding;
}

Finding own_writes_unseen_by_stamp(const History& h, const Evidence&) {
  Finding finding;
  for (const std::string& key : keys_of(h)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    if (is_mixed(h, key)) continue;
    for (const Operation* read : choose(h, key, answered)) {
      const auto seen = own_writes_seen(h, key, *read);
      finding.checked = finding.checked || seen.has_value();
      if (seen && !*seen) finding.accused.push_back(read->invoked);
    }
  }
  return finding;
}

}  // namespace fracas::checker::definitions
