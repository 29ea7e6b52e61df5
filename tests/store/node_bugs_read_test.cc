// Stories of the seeded bugs in gets, in read repair, and in how a home applies what it is sent.
#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

std::string copy_of_a_home_that_has_acknowledged(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  cluster.put(homes[0], "k", "1", "", 3);
  return copy_at(cluster, homes[2], "k");
}

std::string get_after_a_put_elsewhere(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto first = cluster.put(0, "k", "1");
  cluster.get(1, "k");
  cluster.put(0, "k", "2", first.context);
  return joined(cluster.get(1, "k").values);
}

/// What a get with repair = blocking says while nothing is known yet of the home that it repairs.
std::string answer_before_the_stale_home_has_it(const BugSet& bugs) {
  Config config = with(bugs);
  config.repair = Repair::blocking;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[1]);
  cluster.put(homes[0], "k", "1");
  cluster.fate = [&](const auto& envelope) {
    const bool write_back = std::holds_alternative<WriteRequest>(envelope.message);
    return envelope.to == homes[2] || write_back ? Fate::hold : Fate::deliver;
  };
  const RequestId get = cluster.send(homes[0], get_request("k"));
  cluster.run();
  return cluster.reply(get) == nullptr ? "waits" : joined(cluster.reply(get)->values);
}

/// A repair is under way to a home that gets another put meanwhile.
std::string copy_after_a_late_repair(const BugSet& bugs) {
  Config config = with(bugs);
  config.repair = Repair::async;
  TestCluster cluster(config);
  repair_what_is_newer_by_then(cluster);
  return copy_at(cluster, cluster.homes("k")[2], "k");
}

/// One home has missed the delete; another has missed the value that was written after a delete.
std::string get_where_a_delete_was_missed(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  const auto homes = cluster.homes("k");
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.fate = cut_off(homes[2]);
  cluster.remove(homes[0], "k", first.context);
  cluster.fate = deliver_all;
  return joined(cluster.get(homes[2], "k", 2).values);
}
std::string get_where_a_recreation_was_missed(const BugSet& bugs, Conflict conflict) {
  Config config = with(bugs);
  config.conflict = conflict;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  const auto removed = cluster.remove(homes[0], "k", cluster.put(homes[0], "k", "1").context);
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "2", removed.context);
  cluster.fate = deliver_all;
  return joined(cluster.get(homes[2], "k", 2).values);
}

/// The repair of an old value reaches a home after a later write.
std::string value_after_an_old_one_was_repaired(const BugSet& bugs) {
  Config config = with(bugs);
  config.conflict = Conflict::lww;
  config.repair = Repair::async;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.fate = [&](const auto& envelope) {
    return std::holds_alternative<ReadReply>(envelope.message) ? Fate::hold : Fate::deliver;
  };
  cluster.send(homes[0], get_request("k"));
  cluster.run();
  cluster.put(homes[1], "k", "2");
  cluster.release_held();
  cluster.fate = deliver_all;
  cluster.run();
  return joined(cluster.get(homes[1], "k", 3).values);
}

std::string value_after_writes_arrived_in_turn(const BugSet& bugs, bool lww) {
  Config config = with(bugs);
  if (lww) config.conflict = Conflict::lww;
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[2] ? Fate::hold : Fate::deliver; };
  const auto first = cluster.put(homes[0], "k", "1");
  cluster.fate = deliver_all;
  cluster.put(homes[0], "k", "2", lww ? "" : first.context);
  cluster.release_held();
  cluster.run();
  return copy_at(cluster, homes[2], "k");
}

}  // namespace

std::vector<BugStory> read_stories() {
  return {
      {Bug::ack_on_receipt, "an_acknowledged_value_is_not_there", "1", "",
       copy_of_a_home_that_has_acknowledged},
      {Bug::coord_read_cache, "a_get_misses_what_was_written_through_another", "2", "1",
       get_after_a_put_elsewhere},
      {Bug::rr_overwrites_siblings, "a_repair_takes_a_newer_value_away", "2", "1", copy_after_a_late_repair},
      {Bug::rr_tombstone_as_missing, "a_deleted_value_is_returned", "", "1", get_where_a_delete_was_missed},
      {Bug::rr_not_awaited, "a_get_answers_before_the_stale_home_has_it", "waits", "1",
       answer_before_the_stale_home_has_it},
      {Bug::rr_forever, "an_old_value_beats_a_later_one", "2", "1", value_after_an_old_one_was_repaired},
      {Bug::tombstone_always_wins, "a_value_written_after_the_delete_is_not_found", "2", "",
       [](const BugSet& bugs) { return get_where_a_recreation_was_missed(bugs, Conflict::siblings); }},
      {Bug::tombstone_always_wins, "also_where_the_last_write_wins", "2", "",
       [](const BugSet& bugs) { return get_where_a_recreation_was_missed(bugs, Conflict::lww); }},
      {Bug::handoff_blind_put, "what_arrives_late_replaces_what_is_newer", "2", "1",
       [](const BugSet& bugs) { return value_after_writes_arrived_in_turn(bugs, false); }},
      {Bug::replica_stamps, "what_arrives_late_has_the_later_stamp", "2", "1",
       [](const BugSet& bugs) { return value_after_writes_arrived_in_turn(bugs, true); }},
  };
}

}  // namespace fracas::store
