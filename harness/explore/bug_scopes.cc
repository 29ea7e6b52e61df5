// Seeded bugs: the explorer must find each, in the scope in which the correct store keeps its promise.
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {

using P = Property;

std::vector<Scope> bug_scopes() {
  return {
      {.name = "bug-first-reply-wins",
       .sentence = "r = 2, but the first reply is the answer.",
       .store = quorum(2, 2, 1, {{"bugs", "first_reply_wins"}}),
       .operations = {put(1, "1"), get(2)},
       .expected = {is_violated(P::regular)}},
      {.name = "bug-notfound-fast",
       .sentence = "r = 2, but the first reply is the answer if it says that there is nothing.",
       .store = quorum(2, 2, 1, {{"bugs", "notfound_fast"}}),
       .operations = {put(1, "1"), get(2)},
       .expected = {is_violated(P::regular)}},
      {.name = "bug-context-ignored",
       .sentence = "A put supersedes all siblings, seen or not.",
       .store = quorum(2, 1, 1, {{"conflict", "siblings"}, {"bugs", "context_ignored"}}),
       .operations = {get(1), add(1, "1"), get(2), add(2, "2")},
       .expected = {is_violated(P::lost_updates)}},
      {.name = "bug-forward-coordinates-twice",
       .sentence = "A forwarded put that comes twice is coordinated twice, and comes back after its removal.",
       .store =
           quorum(2, 1, 2, {{"nodes", "3"}, {"conflict", "siblings"}, {"bugs", "forward_coordinates_twice"}}),
       .operations = {put(1, "1"), get(1), remove(1)},
       .repetitions = 1,
       .expected = {is_violated(P::no_repetition), is_violated(P::no_resurrection)}},
      {.name = "bug-rr-not-awaited",
       .sentence =
           "A read answers before anybody holds what it writes back; the next one reads what was before.",
       .store = quorum(2, 1, 2, {{"repair", "abd"}, {"bugs", "rr_not_awaited"}}),
       .operations = {put(1, "1"), get(2), get(2)},
       .expected = {is_violated(P::linearizable), is_violated(P::monotonic_reads)}},
      {.name = "bug-query-ignores-ctx",
       .sentence = "A session's second write gets a lower stamp than its first: nobody asked knew of that.",
       .store = quorum(2, 1, 1, {{"stamp", "query"}, {"bugs", "query_ignores_ctx"}}),
       .operations = {put(1, "1", 2), put(1, "2", 1)},
       .expected = {is_violated(P::lost_writes)}},
      {.name = "bug-timeout-as-fail",
       .sentence = "A put that was given up is reported as failed.",
       .store = quorum(2, 1, 2, {{"bugs", "timeout_as_fail"}}),
       .operations = {put(1, "1"), get(2)},
       .timers = 1,
       .expected = {is_violated(P::honest_failures)}},
      {.name = "bug-exchange-older-wins",
       .sentence = "Anti-entropy copies the initiator's version, also over a newer one.",
       .store = quorum(2, 1, 1, {{"anti_entropy", "10ms"}, {"bugs", "exchange_older_wins"}}),
       .operations = {put(1, "1", 1), put(1, "2", 2)},
       .losses = 1,
       .timers = 2,
       .expected = {is_violated(P::durability)}},
  };
}

}  // namespace fracas::harness::explore
