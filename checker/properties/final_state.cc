#include "checker/properties/final_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace fracas::checker {

FinalState::FinalState(const std::vector<KeyDump>& dumps, bool tombstones_go)
    : tombstones_go_(tombstones_go) {
  for (const KeyDump& dump : dumps) {
    FinalKey& key = keys_[dump.key];
    for (const std::string& home : dump.homes) {
      const auto replica = std::find_if(dump.replicas.begin(), dump.replicas.end(),
                                        [&](const ReplicaState& state) { return state.node == home; });
      if (replica == dump.replicas.end()) {
        key.unread.push_back(home);
      } else {
        key.homes.push_back(&*replica);
        clocks_ = clocks_ || !replica->clock.empty();
      }
    }
  }
}

const FinalKey& FinalState::of(std::string_view key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? none_ : found->second;
}

const FinalState& final_state(const Case& whole) {
  return whole.once<FinalState>(
      [&] { return FinalState(*whole.evidence().dumps, whole.evidence().tombstones_go); });
}

bool never_heard(const FinalState& state, const ReplicaState& replica) {
  return state.clocks() && !state.tombstones_go() && replica.values.empty() && replica.clock.empty();
}

boost::system::result<std::vector<std::vector<std::uint32_t>>, std::string> held_by_homes(
    const KeyCase& key, const FinalKey& final) {
  std::vector<std::vector<std::uint32_t>> held;
  for (const ReplicaState* replica : final.homes) {
    auto positions = causal_key(key).positions({replica->values.begin(), replica->values.end()}, kNever);
    if (!positions) return fmt::format("{} holds a value of {} that nobody wrote", replica->node, key.name());
    held.push_back(std::move(*positions));
  }
  return held;
}

std::string elsewhere(const Evidence& evidence) {
  const auto& settlement = evidence.settlement;
  if (!settlement || !settlement->hints_count || settlement->hints_pending == 0) return {};
  return fmt::format("{} hints were pending at the end, and what was acknowledged may be in them alone",
                     settlement->hints_pending);
}

std::string names(const FinalKey& key) {
  std::vector<std::string_view> nodes;
  for (const ReplicaState* replica : key.homes) nodes.push_back(replica->node);
  return nodes.empty() ? "no replica" : fmt::format("{}", fmt::join(nodes, ", "));
}

}  // namespace fracas::checker
