// Stories of the seeded bugs that break quorums, and of those in where keys live.
#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

/// What a read at a home answers that has missed the write of "2" over "1" (or of the first value at all).
std::string read_at_stale_home(const BugSet& bugs, bool knows_first, std::optional<int> r = 2) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  std::string context;
  if (knows_first) context = cluster.put(homes[0], "k", "1").context;
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "2", context);
  cluster.pass(2 * second);
  cluster.fate = deliver_all;
  return joined(cluster.get(homes[2], "k", r).values);
}

std::string half_of_four_homes_acknowledge(const BugSet& bugs) {
  Config config = with(bugs);
  config.nodes = config.n = 4;
  config.r = config.w = resolve_level(level_quorum, 4);
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  cluster.crash(homes[3]);
  return outcome(cluster.put(homes[0], "k", "1"));
}

std::string one_home_acknowledges_twice(const BugSet& bugs) {
  Config config = with(bugs);
  config.w = 3;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) {
    if (envelope.to == homes[2]) return Fate::drop;
    if (std::holds_alternative<WriteReply>(envelope.message)) cluster.held.push_back(envelope);
    return Fate::deliver;
  };
  const RequestId put = cluster.send(homes[0], put_request("k", "1"));
  cluster.run();
  cluster.release_held();
  cluster.pass(2 * second);
  return outcome(*cluster.reply(put));
}

std::string put_while_the_other_homes_are_down(const BugSet& bugs, Hints hints, int puts) {
  Config config = with(bugs);
  config.hints = hints;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.crash(homes[1]);
  cluster.crash(homes[2]);
  std::string last;
  for (int i = 0; i < puts; ++i) last = outcome(cluster.put(homes[0], "k", "1"));
  return last;
}

std::string own_copy_under_load(const BugSet& bugs) {
  Config config = with(bugs);
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = [](const auto&) { return Fate::hold; };
  for (int i = 0; i < 20; ++i) cluster.send(homes[0], put_request("other" + std::to_string(i), "1"));
  cluster.send(homes[0], put_request("k", "1"));
  return copy_at(cluster, homes[0], "k");
}

/// A write whose acknowledgements are lost, and a read that sees it all the same.
std::string reported_although_seen(const BugSet& bugs, bool forwarded) {
  TestCluster cluster(with(bugs, five_nodes()));
  const auto homes = cluster.homes("k");
  cluster.fate = [](const auto& envelope) {
    const bool lost = std::holds_alternative<WriteReply>(envelope.message) ||
                      std::holds_alternative<ForwardReply>(envelope.message);
    return lost ? Fate::drop : Fate::deliver;
  };
  const auto reply = cluster.put(forwarded ? cluster.stranger("k") : homes[0], "k", "1");
  return outcome(reply) + ", and then " + joined(cluster.get(homes[1], "k").values);
}

std::string homes_that_hold(const BugSet& bugs, int partition) {
  Config config = with(bugs);
  config.nodes = 7;
  TestCluster cluster(config);
  const std::string key = key_in(partition);
  cluster.put(cluster.homes(key)[0], key, "1");
  int holders = 0;
  for (NodeIndex node = 0; node < config.nodes; ++node) {
    if (cluster.state(node, key).find("[1]") != std::string::npos) ++holders;
  }
  return std::to_string(holders);
}

std::string read_of_the_last_partition(const BugSet& bugs) {
  TestCluster cluster(with(bugs, five_nodes()));
  const std::string key = key_in(partitions - 1);
  const auto wrong_homes = Ring(5).homes(0, 3);
  cluster.put(cluster.homes(key)[0], key, "1");
  return joined(cluster.get(wrong_homes[2], key, 1).values);
}

}  // namespace

std::vector<BugStory> quorum_stories() {
  return {
      {Bug::quorum_half, "two_of_four_homes_are_enough", "unknown-outcome", "ok",
       half_of_four_homes_acknowledge},
      {Bug::dup_ack_counted, "two_homes_make_three_votes", "unknown-outcome", "ok",
       one_home_acknowledges_twice},
      {Bug::bucket_quorum_ignored, "answers_a_stale_value_although_r_is_2_by_default", "2", "1",
       [](const BugSet& bugs) { return read_at_stale_home(bugs, true, std::nullopt); }},
      {Bug::hint_counts_strict, "two_hints_and_one_copy_are_a_quorum", "unknown-outcome", "ok",
       [](const BugSet& bugs) { return put_while_the_other_homes_are_down(bugs, Hints::coordinator, 1); }},
      {Bug::first_reply_wins, "answers_a_stale_value_although_r_is_2", "2", "1",
       [](const BugSet& bugs) { return read_at_stale_home(bugs, true); }},
      {Bug::notfound_fast, "answers_not_found_although_another_home_has_it", "2", "",
       [](const BugSet& bugs) { return read_at_stale_home(bugs, false); }},
      {Bug::notfound_fast, "waits_for_r_replies_where_there_is_a_value", "2", "2",
       [](const BugSet& bugs) { return read_at_stale_home(bugs, true); }},
      {Bug::local_drop_no_hint, "the_coordinator_has_no_copy_itself", "1", "", own_copy_under_load},
      {Bug::timeout_as_fail, "calls_a_write_failed_whose_value_is_seen_later", "unknown-outcome, and then 1",
       "unavailable, and then 1", [](const BugSet& bugs) { return reported_although_seen(bugs, false); }},
      {Bug::timeout_as_fail, "calls_a_forwarded_write_failed_too", "unknown-outcome, and then 1",
       "unavailable, and then 1", [](const BugSet& bugs) { return reported_although_seen(bugs, true); }},
      {Bug::n_shrinks_with_alive, "one_home_is_a_quorum_of_those_believed_alive", "unknown-outcome", "ok",
       [](const BugSet& bugs) { return put_while_the_other_homes_are_down(bugs, Hints::off, 2); }},
      {Bug::prefs_same_node, "a_key_at_the_end_of_the_ring_has_two_homes", "3", "2",
       [](const BugSet& bugs) { return homes_that_hold(bugs, partitions - 2); }},
      {Bug::prefs_same_node, "elsewhere_it_has_three", "3", "3",
       [](const BugSet& bugs) { return homes_that_hold(bugs, 5); }},
      {Bug::token_wraparound, "a_get_asks_a_node_that_is_no_home", "1", "", read_of_the_last_partition},
  };
}

}  // namespace fracas::store
