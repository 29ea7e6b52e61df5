// The enumerations behind definitions.h that judge what is left at the end: in the dumps, or by stamps.
#include <map>
#include <string>

#include "tests/checker/definitions.h"
#include "tests/checker/key_facts.h"

namespace fracas::checker::definitions {

std::uint64_t resurrected(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  std::uint64_t found = 0;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    bool known = true;
    for (const std::string& value : replica.values) known = find_writes(h, value, kNever, values) && known;
    for (const Operation& d : h.operations()) {
      const auto past = pasts.find(&d);
      if (!known || d.f != Function::remove_key || d.outcome != Outcome::ok || past == pasts.end()) continue;
      for (const Operation* v : values) found += past->second.count(v);
    }
  }
  return found;
}

std::set<std::uint32_t> too_few_copies(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  std::map<const Operation*, int> copies;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    for (const std::string& value : replica.values) find_writes(h, value, kNever, values);
    for (const Operation* v : cover(h, values, kNever, !replica.clock.empty(), pasts)) ++copies[v];
  }
  std::set<std::uint32_t> few;
  for (const Operation& o : h.operations()) {
    if (is_version(o) && o.outcome == Outcome::ok && copies[&o] < *evidence.w) few.insert(o.invoked);
  }
  return few;
}

std::set<std::uint32_t> lost_by_stamp(const History& h) {
  std::set<std::uint32_t> lost;
  for (const Operation& b : h.operations()) {
    for (const Operation& a : h.operations()) {
      if (!is_version(a) || !is_version(b) || h.stamp(a) == nullptr || h.stamp(b) == nullptr) continue;
      if (a.completed < b.invoked && older(*h.stamp(b), *h.stamp(a))) lost.insert(b.invoked);
    }
  }
  return lost;
}

std::set<std::uint32_t> undurable_by_cover(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  Versions covered;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    for (const std::string& value : replica.values) find_writes(h, value, kNever, values);
    const Versions held = cover(h, values, kNever, !replica.clock.empty(), pasts);
    covered.insert(held.begin(), held.end());
  }
  std::set<std::uint32_t> lost;
  for (const Operation& o : h.operations()) {
    if (is_version(o) && o.outcome == Outcome::ok && covered.count(&o) == 0) lost.insert(o.invoked);
  }
  return lost;
}

}  // namespace fracas::checker::definitions
