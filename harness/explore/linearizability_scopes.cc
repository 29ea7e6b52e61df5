// What makes r + w > n linearizable (last write wins): field after field of the same small world, one write
// and two reads, until only write-back to enough homes is left. Clocks agree, and tick between writes that
// begin one after the other, unless the scope says otherwise.
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {
namespace {

using P = Property;

const std::vector<Operation> anywhere{put(1, "1"), get(2), get(3)};
const std::vector<Operation> apart{put(1, "1", 1), get(2, 2), get(3, 3)};

}  // namespace

std::vector<Scope> linearizability_scopes() {
  return {
      {.name = "quorum-without-repair",
       .sentence = "r + w > n alone is not linearizable: a read sees a write that is under way, a later read "
                   "does not.",
       .store = quorum(3, 2, 2),
       .operations = anywhere,
       .expected = {is_violated(P::linearizable)}},
      {.name = "quorum-async-repair",
       .sentence = "Repair behind the answer comes too late for the next read.",
       .store = quorum(3, 2, 2, {{"repair", "async"}}),
       .operations = anywhere,
       .expected = {is_violated(P::linearizable)}},
      {.name = "quorum-ordered-links",
       .sentence =
           "One write whose coordinator is a home, on links that keep their order and lose nothing, is "
           "linearizable even without repair: the questions of reads travel behind it.",
       .store = quorum(3, 2, 2),
       .operations = apart,
       .ordered_links = true,
       .expected = {holds_always(P::linearizable)}},
      {.name = "quorum-ordered-links-loss",
       .sentence = "A single message lost on such links is enough to break that.",
       .store = quorum(3, 2, 2),
       .operations = anywhere,
       .losses = 1,
       .ordered_links = true,
       .expected = {is_violated(P::linearizable)}},
      {.name = "blocking-majority",
       .sentence = "When 2r > n, it is enough to write back to the replicas that a read heard.",
       .store = quorum(3, 2, 2, {{"repair", "blocking"}}),
       .operations = apart,
       .expected = {holds_always(P::linearizable)}},
      {.name = "blocking-majority-anywhere",
       .sentence =
           "When 2r > n, it is enough to write back to the replicas that a read heard, whoever coordinates.",
       .slow = true,
       .store = quorum(3, 2, 2, {{"repair", "blocking"}}),
       .operations = {put(1, "1", 1), get(2), get(3)},
       .expected = {holds_always(P::linearizable)}},
      {.name = "blocking-few-readers",
       .sentence =
           "When 2r <= n, it is not enough: the next read hears others. n = 2 is the smallest such cluster.",
       .store = quorum(2, 1, 2, {{"repair", "blocking"}}),
       .operations = anywhere,
       .expected = {is_violated(P::linearizable)}},
      {.name = "blocking-few-readers-of-4",
       .sentence =
           "When 2r <= n, it is not enough, also where a read hears more than one: n = 4, r = 2, w = 3.",
       .store = quorum(4, 2, 3, {{"repair", "blocking"}}),
       .operations = {put(1, "1", 1), get(2), get(3)},
       .expected = {is_violated(P::linearizable)}},
      {.name = "abd-few-readers",
       .sentence = "Writing back to max(w, n - r + 1) homes is enough where 2r <= n.",
       .store = quorum(2, 1, 2, {{"repair", "abd"}}),
       .operations = anywhere,
       .expected = {holds_always(P::linearizable)}},
      {.name = "abd-majority",
       .sentence = "Writing back to max(w, n - r + 1) homes is enough where 2r > n.",
       .store = quorum(3, 2, 2, {{"repair", "abd"}}),
       .operations = apart,
       .expected = {holds_always(P::linearizable)}},
      {.name = "abd-majority-anywhere",
       .sentence = "Writing back to max(w, n - r + 1) homes is enough, whoever coordinates.",
       .slow = true,
       .store = quorum(3, 2, 2, {{"repair", "abd"}}),
       .operations = {put(1, "1", 1), get(2), get(3)},
       .expected = {holds_always(P::linearizable)}},
      {.name = "abd-two-writers",
       .sentence = "Two writers and a reader, whose clocks agree.",
       .store = quorum(2, 1, 2, {{"repair", "abd"}}),
       .operations = {put(1, "1"), put(2, "2"), get(3)},
       .expected = {holds_always(P::linearizable)}},
      {.name = "abd-skewed-clock",
       .sentence = "With wall stamps, what a lagging clock writes later is lost, whatever reads write back.",
       .store = quorum(2, 1, 2, {{"repair", "abd"}}),
       .operations = {put(1, "1"), put(2, "2"), get(3)},
       .wall_skew_us = {{2, -1'000'000}},
       .expected = {is_violated(P::linearizable), is_violated(P::lost_writes)}},
      {.name = "abd-crash",
       .sentence = "Through a crash of any node at any moment, before or after its write was durable.",
       .slow = true,
       .store = quorum(2, 1, 2, {{"repair", "abd"}}),
       .operations = anywhere,
       .crashes = 1,
       .expected = {holds_always(P::linearizable), holds_always(P::durability)}},
      {.name = "abd-loss",
       .sentence = "Through a lost message and a request that gives up at any moment.",
       .store = quorum(2, 1, 2, {{"repair", "abd"}}),
       .operations = anywhere,
       .losses = 1,
       .timers = 1,
       .expected = {holds_always(P::linearizable), holds_always(P::durability)}},
  };
}

}  // namespace fracas::harness::explore
