// Stories of the seeded bugs in what brings replicas together: hints and anti-entropy.
#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

/// A home does not answer while a key is written; then it does.
std::string copy_of_a_home_that_was_away(const BugSet& bugs) {
  Config config = with(bugs);
  config.hints = Hints::coordinator;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.pass(4 * second);
  cluster.fate = deliver_all;
  cluster.pass(4 * second);
  return copy_at(cluster, homes[2], "k");
}

/// What a home holds after an exchange with one that missed a delete.
std::string copy_after_a_missed_delete(const BugSet& bugs, std::size_t home) {
  Config config = with(bugs);
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  const auto put = cluster.put(homes[0], "k", "1");
  cluster.fate = cut_off(homes[2]);
  cluster.remove(homes[0], "k", put.context);
  cluster.pass(3 * second);
  cluster.fate = deliver_all;
  cluster.pass(5 * second);
  return copy_at(cluster, homes[home], "k");
}

std::string agreement_after_a_second_delete(const BugSet& bugs) {
  Config config = with(bugs);
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  const auto removed = cluster.remove(homes[0], "k", cluster.put(homes[0], "k", "1").context);
  cluster.fate = cut_off(homes[2]);
  cluster.remove(homes[0], "k", removed.context);
  cluster.pass(3 * second);
  cluster.fate = deliver_all;
  cluster.pass(5 * second);
  return cluster.agree("k") ? "equal" : "different";
}

/// What homes that are equal give each other.
std::string copies_sent_by_equal_homes(const BugSet& bugs) {
  Config config = with(bugs);
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1");
  cluster.pass(5 * second);
  return cluster.metric(homes[1], "fracas_exchange_keys_sent_total") > 0 ? "some" : "none";
}

/// What an up-to-date home holds after a stale one has initiated an exchange.
std::string copy_after_a_stale_initiator(const BugSet& bugs, Conflict conflict) {
  Config config = with(bugs);
  config.conflict = conflict;
  config.anti_entropy_ns = second;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.fate = cut_off(homes[2]);
  EXPECT_FALSE(cluster.put(homes[0], "k", "2", first.context).error) << "acknowledged by two homes";
  cluster.pass(2 * second);
  cluster.fate = [&](const auto& envelope) {
    const bool roots = std::holds_alternative<ExchangeRoots>(envelope.message);
    return roots && envelope.from != homes[2] ? Fate::drop : Fate::deliver;
  };
  cluster.pass(4 * second);
  return copy_at(cluster, homes[0], "k");
}

}  // namespace

std::vector<BugStory> repair_stories() {
  return {
      {Bug::hint_deleted_on_send, "a_delivery_is_lost_and_not_tried_again", "1", "",
       copy_of_a_home_that_was_away},
      {Bug::hints_only_known_down, "a_home_that_did_not_answer_in_time_gets_no_hint", "1", "",
       copy_of_a_home_that_was_away},
      {Bug::tree_ignores_delete, "the_home_that_missed_the_delete_keeps_the_value", "", "1",
       [](const BugSet& bugs) { return copy_after_a_missed_delete(bugs, 2); }},
      {Bug::tree_skips_tombstones, "the_value_comes_back_where_it_was_deleted", "", "1",
       [](const BugSet& bugs) { return copy_after_a_missed_delete(bugs, 0); }},
      {Bug::tree_hash_value_only, "replicas_of_one_value_under_two_clocks_stay_as_they_are", "equal",
       "different", agreement_after_a_second_delete},
      {Bug::ae_false_repair_loop, "equal_homes_repair_each_other", "none", "some",
       copies_sent_by_equal_homes},
      {Bug::exchange_older_wins, "a_stale_version_replaces_an_acknowledged_one", "2", "1",
       [](const BugSet& bugs) { return copy_after_a_stale_initiator(bugs, Conflict::siblings); }},
      {Bug::exchange_older_wins, "also_where_the_last_write_wins", "2", "1",
       [](const BugSet& bugs) { return copy_after_a_stale_initiator(bugs, Conflict::lww); }},
  };
}

}  // namespace fracas::store
