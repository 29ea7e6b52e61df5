// The enumerations behind run_definitions.h that order versions: by stamps, under both orders of two actors
// whose stamps are equal, or by real time, for every write that may be behind a value.
#include "tests/checker/run_definitions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "tests/checker/run_facts.h"

namespace fracas::checker::definitions {
namespace {

using nlohmann::json;

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
std::optional<bool> own_writes_seen(const History& h, const std::string& key, const Operation& read,
                                    bool lww) {
  const Operations own = choose(h, key, [&](const Operation& o) {
    return acked(o) && h.session(o) == h.session(read) && o.completed < read.invoked;
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
  if (is_set(h, key) && !lww) {
    const auto found = elements_of(h.text(read.value));
    return std::all_of(own.begin(), own.end(), [&](const Operation* o) {
      return std::find(found.begin(), found.end(), h.text(o->value)) != found.end();
    });
  }
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

Finding own_writes_unseen_by_stamp(const History& h, const Evidence& evidence) {
  Finding finding;
  const bool lww = evidence.conflict == "lww" || shows_stamps(h);
  for (const std::string& key : keys_of(h)) {
    finding.undecided = finding.undecided || is_mixed(h, key);
    if (is_mixed(h, key)) continue;
    for (const Operation* read : choose(h, key, answered)) {
      const auto seen = own_writes_seen(h, key, *read, lww);
      finding.checked = finding.checked || seen.has_value();
      if (seen && !*seen) finding.accused.push_back(read->invoked);
    }
  }
  return finding;
}

}  // namespace fracas::checker::definitions
