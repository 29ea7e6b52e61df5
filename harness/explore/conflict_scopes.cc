// What becomes of writes that did not know of each other: siblings keep them, last write wins keeps one.
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {
namespace {

using P = Property;

const std::vector<Operation> two_writers{put(1, "1"), put(2, "2")};
const std::vector<Operation> two_updates{get(1), add(1, "1"), get(2), add(2, "2")};

Knobs siblings(int n, int r, int w, Knobs others = {}) {
  others.insert(others.begin(), {"conflict", "siblings"});
  return quorum(n, r, w, std::move(others));
}

}  // namespace

std::vector<Scope> conflict_scopes() {
  return {
      {.name = "lww-two-writers",
       .sentence = "Last write wins keeps one of two concurrent writes; both were acknowledged.",
       .store = quorum(2, 2, 2),
       .operations = two_writers,
       .expected = {is_violated(P::lost_updates), holds_always(P::durability), holds_always(P::lost_writes)}},
      {.name = "siblings-two-writers",
       .sentence = "Siblings keep both.",
       .store = siblings(2, 2, 2),
       .operations = two_writers,
       .expected = {holds_always(P::lost_updates), holds_always(P::regular)}},
      {.name = "lww-two-updates",
       .sentence = "Last write wins loses one of two concurrent read-modify-writes, without any fault.",
       .store = quorum(2, 2, 2),
       .operations = two_updates,
       .expected = {is_violated(P::lost_updates)}},
      {.name = "siblings-two-updates",
       .sentence = "Siblings lose no acknowledged update, even with r = w = 1.",
       .store = siblings(2, 1, 1),
       .operations = two_updates,
       .expected = {holds_always(P::lost_updates)}},
      {.name = "siblings-two-updates-of-3",
       .sentence = "Siblings lose no acknowledged update on three replicas.",
       .store = siblings(3, 2, 2),
       .operations = {get(1, 1), add(1, "1", 1), get(2, 2), add(2, "2", 2)},
       .expected = {holds_always(P::lost_updates), holds_always(P::regular)}},
      {.name = "siblings-forwarded-updates",
       .sentence = "Updates that reach a node without a copy are forwarded, and none is lost.",
       .store = siblings(2, 1, 1, {{"nodes", "3"}}),
       .operations = {add(1, "1"), get(2), add(2, "2")},
       .expected = {holds_always(P::lost_updates)}},
      {.name = "siblings-forward-comes-twice",
       .sentence = "A forwarded put is coordinated once, also if the network brings it twice.",
       .store = siblings(2, 1, 2, {{"nodes", "3"}}),
       .operations = {put(1, "1"), get(1), remove(1)},
       .repetitions = 1,
       .expected = {holds_always(P::no_repetition), holds_always(P::no_resurrection),
                    holds_always(P::lost_updates), holds_always(P::regular)}},
      {.name = "siblings-removal",
       .sentence = "A removal takes what it has seen, and an update that it has not seen stays.",
       .store = siblings(2, 1, 1),
       .operations = {put(1, "1"), get(2), remove(2), put(1, "2")},
       .expected = {holds_always(P::lost_updates)}},
      {.name = "siblings-update-time-out",
       .sentence =
           "Updates that give up at any moment, with messages lost, lose nothing that was acknowledged.",
       .slow = true,
       .store = siblings(2, 1, 1),
       .operations = {add(1, "1"), add(1, "2"), get(2), add(2, "3")},
       .losses = 1,
       .timers = 1,
       .expected = {holds_always(P::lost_updates)}},
  };
}

}  // namespace fracas::harness::explore
