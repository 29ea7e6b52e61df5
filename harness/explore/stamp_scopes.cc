// Where stamps come from, and what that is worth when clocks disagree (last write wins).
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {
namespace {

using P = Property;

constexpr std::int64_t second_us = 1'000'000;

const std::map<int, std::int64_t> n2_lags{{2, -60 * second_us}};
/// Less than max_clock_offset.
const std::map<int, std::int64_t> n2_lags_a_little{{2, -second_us / 5}};

const std::map<int, std::int64_t> all_but_n1_lag{
    {2, -second_us / 5}, {3, -second_us / 5}, {4, -second_us / 5}};

const std::vector<Operation> writer_after_writer{put(1, "1"), put(2, "2"), get(3)};

}  // namespace

std::vector<Scope> stamp_scopes() {
  return {
      {.name = "wall-skewed-clock",
       .sentence = "Wall stamps: a write that began after another had ended is lost, if its clock lags.",
       .store = quorum(2, 1, 2),
       .operations = {put(1, "1", 1), put(2, "2", 2)},
       .wall_skew_us = n2_lags,
       .expected = {is_violated(P::lost_writes)}},
      {.name = "query-skewed-clock",
       .sentence = "Stamps asked of r homes: it is not lost, whatever its clock says.",
       .store = quorum(2, 1, 2, {{"stamp", "query"}}),
       .operations = writer_after_writer,
       .wall_skew_us = n2_lags,
       .expected = {holds_always(P::lost_writes), holds_always(P::regular)}},
      {.name = "query-small-quorum",
       .sentence = "r + w <= n: those that are asked may not have heard of it.",
       .store = quorum(2, 1, 1, {{"stamp", "query"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2)},
       .expected = {is_violated(P::lost_writes)}},
      {.name = "query-without-repair",
       .sentence = "Stamps asked of r homes do not make reads linearizable: they must write back as well.",
       .store = quorum(3, 2, 2, {{"stamp", "query"}}),
       .operations = {put(1, "1", 1), get(2), get(3)},
       .expected = {is_violated(P::linearizable)}},
      {.name = "query-abd",
       .sentence =
           "Stamps asked of r homes, and reads that write back: linearizable under any clock (n = 2).",
       .store = quorum(2, 1, 2, {{"stamp", "query"}, {"repair", "abd"}}),
       .operations = writer_after_writer,
       .wall_skew_us = n2_lags,
       .expected = {holds_always(P::linearizable), holds_always(P::lost_writes)}},
      {.name = "query-abd-majority",
       .sentence = "The same with n = 3, on links that keep their order.",
       .slow = true,
       .store = quorum(3, 2, 2, {{"stamp", "query"}, {"repair", "abd"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2), get(3, 3)},
       .ordered_links = true,
       .wall_skew_us = n2_lags,
       .expected = {holds_always(P::linearizable)}},
      {.name = "query-majority",
       .sentence = "Two writers, n = 3: what a majority has acknowledged, the next majority tells.",
       .store = quorum(3, 2, 2, {{"stamp", "query"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2)},
       .ordered_links = true,
       .wall_skew_us = n2_lags,
       .expected = {holds_always(P::lost_writes), holds_always(P::durability)}},
      {.name = "query-abd-loss",
       .sentence = "Through a lost message: what is stuck for good was never acknowledged.",
       .store = quorum(2, 1, 2, {{"stamp", "query"}, {"repair", "abd"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2), get(3, 1)},
       .losses = 1,
       .wall_skew_us = n2_lags,
       .expected = {holds_always(P::linearizable)}},
      {.name = "query-session",
       .sentence =
           "A session's own writes do not beat each other, also where r + w <= n: it carries its stamp.",
       .store = quorum(2, 1, 1, {{"stamp", "query"}}),
       .operations = {put(1, "1", 1), put(1, "2", 2)},
       .expected = {holds_always(P::lost_writes)}},
      {.name = "hlc-small-skew",
       .sentence =
           "Hybrid logical clocks: where quorums meet on ordered links, the later writer has heard the "
           "earlier one's clock from a home.",
       .store = quorum(2, 1, 2, {{"stamp", "hlc"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2)},
       .wall_skew_us = n2_lags_a_little,
       .expected = {holds_always(P::lost_writes)}},
      {.name = "hlc-strangers",
       .sentence =
           "Hybrid logical clocks do not save a write of a node that has heard nothing of the earlier one.",
       .store = quorum(2, 1, 2, {{"nodes", "4"}, {"stamp", "hlc"}}),
       .operations = {put(1, "1", 1), put(2, "2")},
       .wall_skew_us = all_but_n1_lag,
       .expected = {is_violated(P::lost_writes)}},
      {.name = "hlc-session",
       .sentence =
           "A session's own writes do not beat each other, through whichever nodes: it carries its stamp.",
       .store = quorum(2, 1, 2, {{"nodes", "4"}, {"stamp", "hlc"}}),
       .operations = {put(1, "1", 1), put(1, "2")},
       .wall_skew_us = all_but_n1_lag,
       .expected = {holds_always(P::lost_writes)}},
      {.name = "hlc-guard",
       .sentence = "A clock that is too far ahead is not followed: whoever does not follow it loses to it.",
       .store = quorum(2, 1, 2, {{"stamp", "hlc"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2)},
       .wall_skew_us = {{1, 60 * second_us}},
       .expected = {is_violated(P::lost_writes)}},
  };
}

}  // namespace fracas::harness::explore
