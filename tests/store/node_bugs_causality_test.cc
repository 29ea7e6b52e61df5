// Stories of the seeded bugs that lose track of which write has seen which.
#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

std::string put_over_one_of_two_siblings(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto first = cluster.put(0, "k", "1");
  const auto second_put = cluster.put(0, "k", "2", first.context);
  cluster.put(1, "k", "3", first.context);
  cluster.put(2, "k", "4", second_put.context);
  return joined(cluster.get(0, "k", 3).values);
}

std::string put_after_the_disk_was_lost(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1");
  cluster.crash(homes[0]);
  cluster.wipe_disk(homes[0]);
  cluster.restart(homes[0]);
  cluster.put(homes[0], "k", "2");
  return copy_at(cluster, homes[1], "k");
}

/// Two coordinators that started in the same second write at the same time.
std::string concurrent_puts_by_twins(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  cluster.fate = [](const auto&) { return Fate::hold; };
  for (const std::size_t at : {0, 1}) cluster.send(homes[at], put_request("k", std::to_string(at)));
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.run();
  return joined(cluster.get(homes[0], "k", 3).values);
}

std::string put_over_the_limit(const BugSet& bugs) {
  Config config = with(bugs);
  config.max_siblings = 2;
  TestCluster cluster(config);
  for (const char* value : {"1", "2", "3"}) cluster.put(0, "k", value);
  return joined(cluster.get(0, "k", 3).values);
}

std::string puts_through_three_coordinators(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  std::string context;
  for (const std::size_t at : {0, 0, 1, 2})
    context = cluster.put(homes[at], "k", std::to_string(at), context).context;
  return copy_at(cluster, homes[0], "k");
}

std::string concurrent_puts_by_two_coordinators(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1");
  cluster.put(homes[1], "k", "2");
  return copy_at(cluster, homes[0], "k");
}

std::string put_that_has_seen_all_of_one(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto first = cluster.put(0, "k", "1");
  cluster.put(1, "k", "2", first.context);
  cluster.put(2, "k", "3", first.context);
  return joined(cluster.get(0, "k", 3).values);
}

std::string merge_of_lists_of_different_length(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.put(homes[0], "k", "2");
  cluster.put(homes[1], "k", "3", first.context);
  return copy_at(cluster, homes[0], "k");
}

std::string forward_that_arrives_twice(const BugSet& bugs) {
  TestCluster cluster(with(bugs, five_nodes()));
  forward_twice(cluster);
  return joined(cluster.get(cluster.stranger("k"), "k", 3).values);
}

std::string forward_to_a_slow_home(const BugSet& bugs) {
  TestCluster cluster(with(bugs, five_nodes()));
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[0] ? Fate::hold : Fate::deliver; };
  cluster.put(cluster.stranger("k"), "k", "1");
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.pass(2 * second);
  return joined(cluster.get(homes[1], "k", 3).values);
}

std::string values_in_the_answer_to_a_second_put(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  cluster.put(0, "k", "1");
  const auto reply = cluster.put(0, "k", "2");
  cluster.put(0, "k", "3", reply.context);
  return joined(reply.values) + " were superseded by " + joined(cluster.get(0, "k", 3).values);
}

std::string two_puts_without_context(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  cluster.put(0, "k", "1");
  cluster.put(0, "k", "2");
  return joined(cluster.get(0, "k", 3).values);
}

std::string delete_without_context(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  cluster.put(0, "k", "1");
  cluster.remove(1, "k");
  return joined(cluster.get(0, "k", 3).values);
}

std::string two_writes_in_one_tick(const BugSet& bugs) {
  Config config = with(bugs);
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  cluster.put(0, "k", "1");
  cluster.put(1, "k", "2");
  return joined(cluster.get(0, "k", 3).values);
}

}  // namespace

std::vector<BugStory> causality_stories() {
  return {
      {Bug::vv_no_dots, "a_value_that_was_overwritten_is_still_there", "3,4", "2,3,4",
       put_over_one_of_two_siblings},
      {Bug::actor_persistent, "a_write_under_a_dot_that_was_used_is_dropped", "1,2", "1",
       put_after_the_disk_was_lost},
      {Bug::actor_id_collision, "two_writes_share_a_dot_and_one_is_dropped", "0,1", "0",
       concurrent_puts_by_twins},
      {Bug::sibling_cap_drops, "the_oldest_sibling_goes", "1,2", "2,3", put_over_the_limit},
      {Bug::vv_prune, "a_value_that_was_overwritten_comes_back", "2", "1,2", puts_through_three_coordinators},
      {Bug::vv_missing_is_equal, "a_write_of_another_actor_counts_as_seen", "1,2", "1",
       concurrent_puts_by_two_coordinators},
      {Bug::context_ignored, "a_sibling_goes_that_the_writer_has_not_seen", "2,3", "3",
       put_that_has_seen_all_of_one},
      {Bug::merge_truncate_off_by_one, "a_live_sibling_goes", "2,3", "3", merge_of_lists_of_different_length},
      {Bug::forward_coordinates_twice, "one_put_makes_two_siblings", "1", "1,1", forward_that_arrives_twice},
      {Bug::forward_tried_elsewhere, "one_put_makes_two_siblings", "1", "1,1", forward_to_a_slow_home},
      {Bug::put_hides_siblings, "the_next_put_deletes_what_was_never_shown", "1,2 were superseded by 3",
       "2 were superseded by 3", values_in_the_answer_to_a_second_put},
      {Bug::equal_vv_drop, "the_second_of_two_puts_is_dropped", "1,2", "1", two_puts_without_context},
      {Bug::delete_blind, "a_value_goes_that_the_delete_has_not_seen", "1", "", delete_without_context},
      {Bug::tie_by_arrival, "a_later_write_is_dropped", "2", "1", two_writes_in_one_tick},
  };
}

}  // namespace fracas::store
