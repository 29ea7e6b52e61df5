// All home replicas of every key are equal once, after the heal, every pair has completed an exchange and no
// hint is pending. If the bound was reached before that, nothing can be said.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/properties/final_state.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

/// A replica's state in a form in which equal states are equal: values beside their dots, in order.
struct Canonical {
  std::vector<std::pair<std::string, std::string>> values;  ///< dot and value
  std::map<std::string, std::uint64_t> context;
  std::string stamp;
  bool operator==(const Canonical&) const = default;
};

Canonical canonical(const ReplicaState& replica) {
  Canonical state;
  const auto clock = parse_causal_clock(replica.clock);
  if (clock) {
    state.context = clock->context;
  } else {
    state.stamp = replica.clock;
  }
  for (std::size_t i = 0; i < replica.values.size(); ++i) {
    const bool dotted = clock && i < clock->dots.size();
    state.values.emplace_back(dotted ? clock->dots[i] : std::string(), replica.values[i]);
  }
  std::sort(state.values.begin(), state.values.end());
  return state;
}

std::string held_by(const ReplicaState& replica) {
  if (replica.values.empty()) {
    return fmt::format("{} holds {}", replica.node, replica.clock.empty() ? "nothing" : "a tombstone");
  }
  return fmt::format("{} holds {}", replica.node, shown(fmt::format("{}", fmt::join(replica.values, ", "))));
}

std::string open_settlement(const Settlement& settlement) {
  return fmt::format("the replicas had not settled {:.1f} s after the heal: {}", settlement.seconds,
                     settlement.reason.empty()
                         ? fmt::format("{} hints were pending", settlement.hints_pending)
                         : settlement.reason);
}

void judge_key(const KeyDump& dump, const FinalKey& key, std::string_view why, bool tombstones_go,
               VerdictBuilder& verdict) {
  if (!key.unread.empty()) {
    verdict.undecided(fmt::format("{} could not be read on {}", dump.key, fmt::join(key.unread, ", ")));
  }
  if (key.homes.size() < 2) return;
  verdict.checked();
  const auto state_of = [=](const ReplicaState& replica) {
    return tombstones_go && replica.values.empty() ? Canonical{} : canonical(replica);
  };
  const Canonical first = state_of(*key.homes[0]);
  const auto other = std::find_if(key.homes.begin(), key.homes.end(),
                                  [&](const ReplicaState* replica) { return state_of(*replica) != first; });
  if (other == key.homes.end()) return;
  verdict.violated([&] {
    const bool same = (*other)->values == key.homes[0]->values;
    const std::string clocks =
        same ? fmt::format(", under the clocks {} and {}", key.homes[0]->clock, (*other)->clock)
             : std::string();
    Witness found = witness(fmt::format("The replicas of {} differ {}: {}, {}{}.", dump.key, why,
                                        held_by(*key.homes[0]), held_by(**other), clocks),
                            {});
    found.key = dump.key;
    return found;
  });
}

}  // namespace

Verdict check_convergence(const Case& whole) {
  const Evidence& evidence = whole.evidence();
  VerdictBuilder verdict("convergence");
  if (!evidence.dumps) return not_applicable("convergence", "there are no dumps of the replicas");
  if (!evidence.settlement) {
    verdict.undecided("it is not known whether the replicas had settled");
  } else if (!evidence.settlement->final()) {
    verdict.undecided(open_settlement(*evidence.settlement));
  } else {
    const std::string_view why = evidence.settlement->exchanges_completed
                                     ? "although they have settled"
                                     : "and nothing is left that would bring them together";
    const FinalState& state = final_state(whole);
    for (const KeyDump& dump : *evidence.dumps)
      judge_key(dump, state.of(dump.key), why, evidence.tombstones_go, verdict);
  }
  return std::move(verdict).finish("no key is on two replicas");
}

}  // namespace fracas::checker
