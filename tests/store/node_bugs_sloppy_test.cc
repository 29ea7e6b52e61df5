// Stories of seeded bugs about stand-ins and the hints that they keep.
#include "bug_story.h"
#include "sloppy_cluster.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

std::string outcome_of(const ReplyToClient& reply) {
  return reply.error ? std::string(to_string(reply.error->kind)) : "ok";
}

/// A strict put to homes that are cut off and not yet believed down.
std::string strict_put_to_homes_that_were_believed_up(const BugSet& bugs) {
  Config config = with(bugs, five_nodes());
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  cluster.fate = cut_between(cluster.homes("k"));
  return outcome_of(cluster.put(cluster.stranger("k"), "k", "1"));
}

/// Puts away from home, twice, with the homes in between.
std::string two_absences(const BugSet& bugs) {
  TestCluster cluster(with(bugs, sloppy_config()));
  const NodeIndex other = cluster.stranger("k");
  for (const char* value : {"1", "2"}) {
    crash_homes(cluster, "k");
    cluster.put(other, "k", value);
    restart_homes(cluster, "k");
    cluster.pass(3 * second);
    cluster.get(other, "k");
    cluster.put(other, "k", std::string(value) + "0");
  }
  return joined(cluster.get(cluster.homes("k")[0], "k", 3).values);
}

std::string hints_after_a_restart(const BugSet& bugs) {
  TestCluster cluster(with(bugs, sloppy_config()));
  crash_homes(cluster, "k");
  cluster.put(cluster.stranger("k"), "k", "1");
  for (const NodeIndex other : strangers(cluster, "k")) cluster.crash(other);
  for (const NodeIndex other : strangers(cluster, "k")) cluster.restart(other);
  restart_homes(cluster, "k");
  cluster.pass(5 * second);
  return joined(cluster.get(cluster.homes("k")[0], "k", 3).values);
}

std::string put_over_the_quota(const BugSet& bugs) {
  Config config = with(bugs, sloppy_config());
  config.hint_quota_bytes = 1;
  TestCluster cluster(config);
  std::string same;
  for (int i = 0; same.empty(); ++i)
    if (cluster.homes(std::to_string(i)) == cluster.homes("k")) same = std::to_string(i);
  crash_homes(cluster, "k");
  const NodeIndex other = cluster.stranger("k");
  cluster.put(other, "k", "1");
  for (const NodeIndex node : strangers(cluster, "k")) cluster.put(node, same + "x", "1");
  cluster.put(other, same, "1");
  return outcome_of(cluster.put(other, same + "y", "1"));
}

std::string who_keeps_what_a_home_missed(const BugSet& bugs) {
  TestCluster cluster(with(bugs, sloppy_config()));
  const auto homes = cluster.homes("k");
  cluster.crash(homes[1]);
  const auto reply = cluster.put(homes[0], "k", "1");
  cluster.run();
  return std::to_string(keepers(cluster, "k")) +
         (cluster.node(homes[0]).hints_pending() == 0 ? " stand-in" : " home of the key");
}

std::string hints_of_long_ago(const BugSet& bugs) {
  Config config = with(bugs, sloppy_config());
  config.hint_window_ns = 5 * second;
  TestCluster cluster(config);
  crash_homes(cluster, "k");
  cluster.put(cluster.stranger("k"), "k", "1");
  cluster.pass(10 * second);
  restart_homes(cluster, "k");
  cluster.pass(5 * second);
  return joined(cluster.get(cluster.homes("k")[0], "k", 3).values);
}

}  // namespace

std::vector<BugStory> sloppy_stories() {
  return {
      {Bug::primaries_checked_early, "stand_ins_acknowledge_a_strict_put", "unknown-outcome", "ok",
       strict_put_to_homes_that_were_believed_up},
      {Bug::stand_in_actor_reused, "the_second_absence_issues_the_dots_of_the_first", "1,10,2,20", "1,10,20",
       two_absences},
      {Bug::hint_forgotten_on_restart, "what_only_stand_ins_had_is_gone", "1", "", hints_after_a_restart},
      {Bug::hint_quota_silent, "nobody_keeps_what_was_acknowledged", "unknown-outcome", "ok",
       put_over_the_quota},
      {Bug::hint_holder_is_origin, "one_disk_is_two_votes", "1 stand-in", "1 home of the key",
       who_keeps_what_a_home_missed},
      {Bug::hint_expires, "what_was_acknowledged_is_deleted_before_the_homes_are_back", "1", "",
       hints_of_long_ago},
  };
}

}  // namespace fracas::store
