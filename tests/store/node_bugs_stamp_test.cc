// Stories of the seeded bugs in stamps.
#include "bug_story.h"

namespace fracas::store {
namespace {

Config stamped_by(StampSource source, const BugSet& bugs) {
  Config config = with(bugs);
  config.conflict = Conflict::lww;
  config.stamp = source;
  return config;
}

std::string after_its_clock_went_back(const BugSet& bugs) {
  TestCluster cluster(stamped_by(StampSource::wall, bugs));
  cluster.put(0, "k", "1");
  cluster.wall_skew_us[0] = -1'000'000;
  cluster.put(0, "k", "2");
  return joined(cluster.get(1, "k").values);
}

std::string put_of_an_hour_ahead(const BugSet& bugs) {
  TestCluster cluster(stamped_by(StampSource::client, bugs));
  ClientRequest request = put_request("k", "1");
  request.stamp_us = 1'700'003'600'000'000;
  return outcome(cluster.call(0, request));
}

/// A value and its removal in one tick, at two homes of three; then one of them is asked alone.
std::string copy_after_a_quick_delete(const BugSet& bugs) {
  TestCluster cluster(stamped_by(StampSource::wall, bugs));
  cluster.put(0, "k", "1");
  cluster.remove(0, "k");
  return copy_at(cluster, 1, "k");
}

/// Every home alone is a quorum: what a session wrote at one, the next does not know.
std::string second_put_elsewhere(const BugSet& bugs) {
  Config config = stamped_by(StampSource::query, bugs);
  config.r = config.w = 1;
  TestCluster cluster(config);
  cluster.fate = [](const auto& envelope) {
    return std::holds_alternative<WriteRequest>(envelope.message) ? TestCluster::Fate::hold
                                                                  : TestCluster::Fate::deliver;
  };
  cluster.put(0, "k", "0");
  const auto first = cluster.put(0, "k", "1");
  ClientRequest request = put_request("k", "2");
  request.seen_us = std::stoll(first.clock.substr(1));
  cluster.call(1, request);
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.run();
  return copy_at(cluster, 2, "k");
}

std::string after_a_restart_with_the_clock_back(const BugSet& bugs) {
  Config config = stamped_by(StampSource::hlc, bugs);
  config.nodes = 5;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");  // has no stamp of its own on its disk
  cluster.wall_skew_us[stranger] = 400'000;
  cluster.put(stranger, "k", "1");
  cluster.crash(stranger);
  cluster.wall_skew_us[stranger] = 0;
  cluster.restart(stranger);
  cluster.put(stranger, "k", "2");
  return copy_at(cluster, cluster.homes("k")[0], "k");
}

std::string sent_at_once(const BugSet& bugs) {
  TestCluster cluster(stamped_by(StampSource::truetime, bugs));
  cluster.send(0, put_request("k", "1"));
  return cluster.sent.empty() ? "waits" : "sent";
}

}  // namespace

std::vector<BugStory> stamp_stories() {
  return {
      {Bug::wall_no_guard, "the_second_put_has_a_lower_stamp", "2", "1", after_its_clock_went_back},
      {Bug::future_ts_accepted, "an_hour_ahead_is_taken", "unavailable", "ok", put_of_an_hour_ahead},
      {Bug::tombstone_tie_split, "the_replica_keeps_the_value", "", "1", copy_after_a_quick_delete},
      {Bug::query_ignores_ctx, "the_second_put_has_a_lower_stamp", "2", "1", second_put_elsewhere},
      {Bug::hlc_lease_forgotten, "the_second_put_has_a_lower_stamp", "2", "1",
       after_a_restart_with_the_clock_back},
      {Bug::commit_wait_skipped, "the_write_goes_out_at_once", "waits", "sent", sent_at_once},
  };
}

}  // namespace fracas::store
