// Stories of seeded bugs about tombstones that go too early: each leaves out one condition of gc = confirmed.
#include "tombstone_cluster.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

/// In the end.
std::string at_home(TestCluster& cluster) {
  cluster.pass(3 * second);
  return joined(cluster.get(cluster.homes("k")[0], "k", 3).values);
}

void remove(TestCluster& cluster) {
  const NodeIndex home = cluster.homes("k")[0];
  cluster.remove(home, "k", cluster.get(home, "k", 2).context);
}

std::string home_that_missed_the_delete(const BugSet& bugs) {
  TestCluster cluster(confirming(bugs));
  cluster.pass(second);
  cluster.put(0, "k", "1", "", 3);
  const NodeIndex away = cluster.homes("k")[2];
  cluster.crash(away);
  remove(cluster);
  cluster.pass(3 * second);
  cluster.restart(away);
  return at_home(cluster);
}

/// The last home was away; a stand-in keeps a write for it, and cannot hand it over.
std::string hint_that_is_not_delivered(const BugSet& bugs) {
  Config config = confirming(bugs);
  config.nodes = 4;
  config.placement = Placement::sloppy;
  config.hints = Hints::fallback;
  config.patience_ns = 20 * millisecond;
  TestCluster cluster(config);
  cluster.pass(second);
  const auto homes = cluster.homes("k");
  const NodeIndex stand_in = cluster.stranger("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.pass(60 * millisecond);
  cluster.fate = [&](const TestCluster::Envelope& envelope) {
    const bool delivery = envelope.from == stand_in && std::holds_alternative<WriteRequest>(envelope.message);
    return delivery ? Fate::drop : Fate::deliver;
  };
  cluster.pass(second);
  remove(cluster);
  cluster.pass(3 * second);
  cluster.fate = deliver_all;
  return at_home(cluster);
}

/// What goes to the last home in the name of an operation is under way until the tombstone has gone.
template <class Operate>
std::string held_up(const BugSet& bugs, Operate operate) {
  TestCluster cluster(confirming(bugs));
  cluster.pass(second);
  const NodeIndex last = cluster.homes("k")[2];
  operate(cluster, [last](const TestCluster::Envelope& envelope) {
    const bool write = std::holds_alternative<WriteRequest>(envelope.message) && envelope.to == last;
    return write ? Fate::hold : Fate::deliver;
  });
  cluster.fate = deliver_all;
  cluster.pass(second);
  remove(cluster);
  cluster.pass(3 * second);
  cluster.release_held();
  return at_home(cluster);
}

std::string late_write(const BugSet& bugs) {
  return held_up(bugs, [](TestCluster& cluster, const auto& hold) {
    cluster.fate = hold;
    cluster.put(cluster.homes("k")[0], "k", "1");
  });
}

std::string late_repair(const BugSet& bugs) {
  return held_up(bugs, [](TestCluster& cluster, const auto& hold) {
    cluster.config.repair = Repair::async;
    const auto homes = cluster.homes("k");
    cluster.fate = cut_off(homes[2]);
    cluster.put(homes[0], "k", "1");
    cluster.fate = hold;
    ClientRequest request = get_request("k");
    request.r = 3;
    request.repair = Repair::async;
    cluster.call(homes[0], request);
    cluster.run();
  });
}

std::string write_after_the_decision(const BugSet& bugs) {
  TestCluster cluster(confirming(bugs));
  cluster.pass(second);
  cluster.put(0, "k", "1", "", 3);
  remove(cluster);
  const auto answers = [&] {
    return std::count_if(cluster.sent.begin(), cluster.sent.end(), [](const TestCluster::Envelope& envelope) {
      return std::holds_alternative<TombstoneReply>(envelope.message);
    });
  };
  for (int i = 0; i < 200 && answers() < 4; ++i) cluster.pass(10 * millisecond);  // of two nodes, twice
  cluster.put(cluster.homes("k")[1], "k", "2", "", 3);
  return at_home(cluster);
}

/// A client that remembers what it deleted, and another that knows nothing.
std::string put_beside_what_was_forgotten(const BugSet& bugs) {
  TestCluster cluster(confirming(bugs));
  cluster.pass(second);
  const NodeIndex home = cluster.homes("k")[0];
  cluster.put(home, "k", "1", "", 3);
  const auto deleted = cluster.remove(home, "k", cluster.get(home, "k", 3).context);
  cluster.pass(3 * second);
  cluster.put(home, "k", "2", "", 3);
  cluster.put(home, "k", "3", deleted.context, 3);
  return joined(cluster.get(home, "k", 3).values);
}

std::string old_copy_of_a_disk(const BugSet& bugs) {
  TestCluster cluster(confirming(bugs));
  cluster.pass(second);
  cluster.put(0, "k", "1", "", 3);
  const NodeIndex home = cluster.homes("k")[2];
  const auto old = cluster.disk(home);
  remove(cluster);
  cluster.pass(3 * second);
  cluster.crash(home);
  cluster.disk(home) = old;
  cluster.restart(home);
  return at_home(cluster);
}

}  // namespace

std::vector<BugStory> tombstone_stories() {
  return {
      {Bug::reap_by_quorum, "a_home_that_was_away_brings_it_back", "", "1", home_that_missed_the_delete},
      {Bug::reap_ignores_hints, "a_hint_brings_it_back", "", "1", hint_that_is_not_delivered},
      {Bug::reap_ignores_late_writes, "a_write_that_was_held_up_brings_it_back", "", "1", late_write},
      {Bug::reap_ignores_late_repairs, "a_repair_that_was_held_up_brings_it_back", "", "1", late_repair},
      {Bug::reap_unconditional, "a_new_write_goes_with_the_tombstone", "2", "", write_after_the_decision},
      {Bug::reap_keeps_actor, "a_context_of_old_covers_a_new_write", "2,3", "3",
       put_beside_what_was_forgotten},
      {Bug::reap_ignores_old_copies, "an_old_disk_brings_it_back", "", "1", old_copy_of_a_disk},
  };
}

}  // namespace fracas::store
