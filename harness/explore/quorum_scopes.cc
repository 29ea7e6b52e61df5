// What overlapping quorums promise, and what they do not (last write wins, clocks agree).
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {

using P = Property;

std::vector<Scope> quorum_scopes() {
  return {
      {.name = "quorum-regular",
       .sentence = "r + w > n: a read sees what had been acknowledged before it began.",
       .store = quorum(3, 2, 2),
       .operations = {put(1, "1", 1), get(2, 2), get(3, 3)},
       .expected = {holds_always(P::regular), holds_always(P::durability)}},
      {.name = "small-quorum-regular",
       .sentence = "r + w <= n: a read misses what had been acknowledged before it began.",
       .store = quorum(2, 1, 1),
       .operations = {put(1, "1"), get(2)},
       .expected = {is_violated(P::regular)}},
      {.name = "quorum-own-writes",
       .sentence = "r + w > n: a client reads its own writes.",
       .store = quorum(3, 2, 2),
       .operations = {put(1, "1"), get(1), put(1, "2")},
       .expected = {holds_always(P::read_your_writes), holds_always(P::lost_writes)}},
      {.name = "small-quorum-own-writes",
       .sentence = "r + w <= n: a client does not even read its own writes.",
       .store = quorum(2, 1, 1),
       .operations = {put(1, "1"), get(1)},
       .expected = {is_violated(P::read_your_writes)}},
      {.name = "quorum-monotonic-reads",
       .sentence = "r + w > n: a client reads a write that is under way, and then does not.",
       .store = quorum(3, 2, 2),
       .operations = {put(1, "1"), get(2), get(2)},
       .expected = {is_violated(P::monotonic_reads)}},
      {.name = "blocking-monotonic-reads",
       .sentence = "Writing back before the answer keeps a client's reads from going backwards when 2r > n.",
       .store = quorum(3, 2, 2, {{"repair", "blocking"}}),
       .operations = {put(1, "1", 1), get(2), get(2)},
       .expected = {holds_always(P::monotonic_reads)}},
      {.name = "read-all-monotonic-reads",
       .sentence = "r = n needs no repair: every read hears every replica.",
       .store = quorum(2, 2, 1),
       .operations = {put(1, "1"), get(2), get(2)},
       .expected = {holds_always(P::monotonic_reads), holds_always(P::linearizable)}},
      {.name = "strict-quorum-impatient",
       .sentence = "r + w > n among homes alone: regular, however impatient the coordinator is.",
       .store = quorum(2, 2, 1, {{"nodes", "3"}}),
       .operations = {put(1, "1"), get(2)},
       .timers = 1,
       .expected = {holds_always(P::regular), holds_always(P::read_your_writes)}},
      {.name = "sloppy-quorum",
       .sentence = "The same r + w > n with stand-ins: one home is silent for too long, and a read is stale.",
       .store = quorum(2, 2, 1, sloppy({{"nodes", "3"}})),
       .operations = {put(1, "1"), get(2)},
       .timers = 1,
       .expected = {is_violated(P::regular)}},
      {.name = "sloppy-own-writes",
       .sentence = "With stand-ins a client does not even read its own writes, although r + w > n.",
       .store = quorum(2, 2, 1, sloppy({{"nodes", "3"}})),
       .operations = {put(1, "1"), get(1)},
       .timers = 1,
       .expected = {is_violated(P::read_your_writes)}},
  };
}

}  // namespace fracas::harness::explore
