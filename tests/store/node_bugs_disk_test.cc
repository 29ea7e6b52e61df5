// Stories of the seeded bugs between an acknowledgement and the disk, told on the queue that carries out
// effects.
#include <utility>

#include "bug_story.h"
#include "store/effect_queue.h"

namespace fracas::store {
namespace {

/// A disk whose syncs end when the story says so.
class Disk final : public Outlets {
 public:
  void send(SendToPeer) override {}
  void reply(ReplyToClient answer) override { log += " answered " + std::to_string(answer.id); }
  void set_timer(const SetTimer&) override {}
  void write(const Batch& batch) override {
    for (const auto& [key, record] : batch) log += " handed over " + key;
  }
  void sync_later() override {}
  void begin_sync(Batch batch) override {
    for (const auto& [key, record] : batch) log += " wrote " + key;
  }
  std::string log;
};

void put(EffectQueue& queue, RequestId id) {
  ReplyToClient answer;
  answer.id = id;
  std::vector<Effect> effects{Persist{{{std::to_string(id), "record"}}}, std::move(answer)};
  queue.carry_out(effects);
}

std::string put_whose_sync_has_not_ended(const BugSet& bugs) {
  Disk disk;
  EffectQueue queue(disk, Fsync::always, bugs);
  put(queue, 1);
  return disk.log;
}

/// Each arrives while the sync of the one before is under way.
std::string ninth_put_in_a_row(const BugSet& bugs) {
  Disk disk;
  EffectQueue queue(disk, Fsync::always, bugs);
  for (RequestId id = 1; id <= 9; ++id) {
    put(queue, id);
    if (id == 9) disk.log.clear();
    if (id > 1) queue.synced();
  }
  if (!queue.idle()) queue.synced();
  return disk.log;
}

std::string vote(TestCluster& cluster) { return cluster.node(0).voting() ? "votes" : "waits"; }

void lose_a_disk(TestCluster& cluster) {
  cluster.pass(second);
  cluster.put(0, "k", "1");
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0);
}

Config catching_up() {
  Config config = quiet_config();
  config.rejoin = RejoinMode::catchup;
  return config;
}

std::string half_a_second_after_a_wipe(const BugSet& bugs) {
  TestCluster cluster(with(bugs, catching_up()));
  lose_a_disk(cluster);
  cluster.pass(second / 2);
  return vote(cluster);
}

std::string wiped_with_one_other_away(const BugSet& bugs) {
  TestCluster cluster(with(bugs, catching_up()));
  lose_a_disk(cluster);
  cluster.pass(second / 10);
  cluster.fate = cut_off(1);
  cluster.pass(3 * second);
  return vote(cluster);
}

std::string record_that_is_damaged(const BugSet& bugs) {
  TestCluster cluster(with(bugs));
  cluster.put(0, "k", "1");
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0, /*disk_was_damaged=*/true);
  return vote(cluster);
}

std::string failure(const BugSet& bugs, DiskFailure what) {
  Disk disk;
  return EffectQueue(disk, Fsync::always, bugs).ignores(what) ? "goes on" : "is told";
}

}  // namespace

std::vector<BugStory> disk_stories() {
  return {
      {Bug::ack_before_fsync, "the_answer_does_not_wait_for_the_sync", " wrote 1", " answered 1 wrote 1",
       put_whose_sync_has_not_ended},
      {Bug::ack_before_interval, "the_answer_does_not_wait_for_the_sync", " wrote 1",
       " handed over 1 answered 1", put_whose_sync_has_not_ended},
      {Bug::restore_votes_immediately, "an_old_copy_of_the_disk_votes", "waits", "votes",
       half_a_second_after_a_wipe},
      {Bug::catchup_from_one, "a_node_votes_that_has_merged_from_one_of_two", "waits", "votes",
       wiped_with_one_other_away},
      {Bug::catchup_without_wait, "a_node_votes_while_others_count_what_it_had", "waits", "votes",
       half_a_second_after_a_wipe},
      {Bug::corruption_as_missing, "a_node_votes_without_what_was_damaged", "waits", "votes",
       record_that_is_damaged},
      {Bug::rotate_race, "a_put_is_answered_and_not_written", " answered 8 wrote 9 answered 9",
       " answered 8 answered 9", ninth_put_in_a_row},
      {Bug::fsync_error_retry_ok, "a_failed_sync_stops_nothing", "is told", "goes on",
       [](const BugSet& bugs) { return failure(bugs, DiskFailure::sync); }},
      {Bug::enospc_acked, "a_full_disk_stops_nothing", "is told", "goes on",
       [](const BugSet& bugs) { return failure(bugs, DiskFailure::write); }},
  };
}

}  // namespace fracas::store
