// Requests that give up, crashes, power cuts, and what arrives late.
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {

using P = Property;

std::vector<Scope> failure_scopes() {
  return {
      {.name = "given-up-put",
       .sentence =
           "A put that was given up, and that a read then missed, may still appear: its outcome is unknown.",
       .store = quorum(2, 1, 2),
       .operations = {put(1, "1"), get(1), get(1)},
       .timers = 1,
       .expected = {is_violated(P::no_late_effects), holds_always(P::honest_failures)}},
      {.name = "crash-of-a-home",
       .sentence =
           "A crash at any moment, before or after a write was durable, loses nothing that was acknowledged.",
       .store = quorum(3, 2, 2),
       .operations = {put(1, "1"), get(2)},
       .crashes = 1,
       .expected = {holds_always(P::durability), holds_always(P::regular)}},
      {.name = "crash-of-the-only-copy",
       .sentence = "Nor does it where one copy has been acknowledged and the message to the other is lost.",
       .store = quorum(2, 2, 1),
       .operations = {put(1, "1"), get(2)},
       .losses = 1,
       .crashes = 1,
       .expected = {holds_always(P::durability), holds_always(P::regular)}},
      {.name = "power-cut-unsynced",
       .sentence = "fsync = never: a power cut takes what one replica had acknowledged.",
       .store = quorum(2, 2, 1, {{"fsync", "never"}}),
       .operations = {put(1, "1")},
       .losses = 1,
       .crashes = 1,
       .power_cuts = true,
       .expected = {is_violated(P::durability)}},
      {.name = "power-cut-synced",
       .sentence = "fsync = always: power cuts take nothing that was acknowledged.",
       .store = quorum(2, 2, 1),
       .operations = {put(1, "1")},
       .losses = 1,
       .crashes = 2,
       .power_cuts = true,
       .expected = {holds_always(P::durability)}},
      {.name = "power-cut-siblings",
       .sentence =
           "fsync = never, w = 2: one power cut loses no acknowledged update, for no dot is issued twice.",
       .store = quorum(2, 1, 2, {{"conflict", "siblings"}, {"fsync", "never"}}),
       .operations = {put(1, "1"), put(2, "2")},
       .crashes = 1,
       .power_cuts = true,
       .expected = {holds_always(P::lost_updates)}},
      {.name = "late-hint",
       .sentence = "A hint that is delivered late does not bring back the value that a later write replaced.",
       .store = quorum(2, 1, 2, {{"hints", "coordinator"}}),
       .operations = {put(1, "1"), put(1, "2"), get(2)},
       .losses = 1,
       .timers = 2,
       .expected = {holds_always(P::durability), holds_always(P::lost_writes), holds_always(P::regular)}},
      {.name = "late-exchange",
       .sentence = "Nor does an exchange of anti-entropy that began before that write.",
       .store = quorum(2, 1, 1, {{"anti_entropy", "10ms"}}),
       .operations = {put(1, "1", 1), put(1, "2", 2)},
       .losses = 1,
       .timers = 2,
       .expected = {holds_always(P::durability), holds_always(P::lost_writes)}},
  };
}

}  // namespace fracas::harness::explore
