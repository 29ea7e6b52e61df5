// The ordering rule of node.h: what follows a Persist waits until it is durable, over all batches, but for
// requests to peers; and group commit: what arrives during a sync goes into one next one.
#include "store/effect_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fracas::store {
namespace {

using testing::ElementsAre;

/// A disk whose sync ends when the test says so, and a list of all that happened.
class Record final : public Outlets {
 public:
  void send(SendToPeer message) override { lines.push_back("send " + std::to_string(message.to)); }
  void reply(ReplyToClient answer) override { lines.push_back("reply " + std::to_string(answer.id)); }
  void set_timer(const SetTimer& timer) override { lines.push_back("timer " + std::to_string(timer.timer)); }
  void write(const Batch& batch) override { lines.push_back("write" + keys(batch)); }
  void begin_sync(Batch batch) override { lines.push_back("sync" + keys(batch)); }
  void sync_later() override {}

  std::vector<std::string> take() { return std::exchange(lines, {}); }
  std::vector<std::string> lines;

 private:
  static std::string keys(const Batch& batch) {
    std::string text;
    for (const auto& [key, record] : batch) text += " " + key;
    return text;
  }
};

Effect persist(const std::string& key) { return Persist{{{key, "record"}}}; }
Effect persist_at_once(const std::string& key) {
  return Persist{.writes = {{key, "record"}}, .at_once = true};
}
Effect send(NodeIndex to) { return SendToPeer{to, ReadReply{}}; }
Effect ask(NodeIndex to, Message request) { return SendToPeer{to, std::move(request)}; }
Effect answer_to(RequestId id) {
  ReplyToClient answer;
  answer.id = id;
  return answer;
}
Effect timer(std::uint64_t id) { return SetTimer{id, 0}; }

class WithFsync : public testing::Test {
 protected:
  void carry_out(std::vector<Effect> effects) {
    queue.carry_out(effects);
    EXPECT_TRUE(effects.empty());
  }
  Record record;
  EffectQueue queue{record, Fsync::always};
};

TEST_F(WithFsync, what_needs_no_disk_goes_out_at_once) {
  carry_out({send(1), answer_to(7), timer(3)});
  EXPECT_THAT(record.take(), ElementsAre("send 1", "reply 7", "timer 3"));
}

TEST_F(WithFsync, what_comes_before_a_persist_does_not_wait_and_what_follows_does) {
  carry_out({send(1), persist("a"), send(2), answer_to(7)});
  EXPECT_THAT(record.take(), ElementsAre("send 1", "sync a"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("send 2", "reply 7"));
  EXPECT_TRUE(queue.idle());
}

TEST_F(WithFsync, persists_during_a_sync_gather_into_the_next_one) {
  carry_out({persist("a"), answer_to(1)});
  carry_out({persist("b"), answer_to(2)});
  carry_out({persist("c"), persist("d"), answer_to(3)});
  EXPECT_THAT(record.take(), ElementsAre("sync a"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("reply 1", "sync b c d"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("reply 2", "reply 3"));
}

TEST_F(WithFsync, a_later_batch_without_a_persist_waits_behind_an_earlier_one) {
  carry_out({persist("a"), answer_to(1)});
  carry_out({answer_to(2)});
  carry_out({persist("b")});
  carry_out({answer_to(3)});
  EXPECT_THAT(record.take(), ElementsAre("sync a"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("reply 1", "reply 2", "sync b"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("reply 3"));
}

TEST_F(WithFsync, requests_to_peers_vouch_for_nothing_and_do_not_wait) {
  carry_out({persist("a"), ask(1, WriteRequest{}), send(2)});
  carry_out({ask(3, ReadRequest{}), ask(4, ForwardRequest{}), send(5)});
  EXPECT_THAT(record.take(), ElementsAre("send 1", "sync a", "send 3", "send 4"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("send 2", "send 5"));
}

TEST_F(WithFsync, a_timer_never_waits_for_the_disk) {
  carry_out({persist("a"), timer(1)});
  carry_out({timer(2)});
  EXPECT_THAT(record.take(), ElementsAre("timer 1", "sync a", "timer 2"));
}

TEST(WithoutFsync, everything_happens_in_order_at_once) {
  Record record;
  EffectQueue queue(record, Fsync::never);
  std::vector<Effect> effects{persist("a"), send(1), persist("b"), answer_to(7)};
  queue.carry_out(effects);
  EXPECT_THAT(record.take(), ElementsAre("write a", "send 1", "write b", "reply 7"));
}

TEST(WithoutFsync, what_must_be_on_the_disk_at_once_is_waited_for_by_all_that_comes_later) {
  Record record;
  EffectQueue queue(record, Fsync::never);
  std::vector<Effect> first{persist("a"), persist_at_once("b"), send(1), persist("c"), answer_to(7)};
  queue.carry_out(first);
  EXPECT_THAT(record.take(), ElementsAre("write a", "sync b c"));
  std::vector<Effect> second{answer_to(8), persist("d"), answer_to(9)};
  queue.carry_out(second);
  EXPECT_THAT(record.take(), ElementsAre());
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("send 1", "reply 7", "reply 8", "sync d"));
  queue.synced();
  EXPECT_THAT(record.take(), ElementsAre("reply 9"));
  std::vector<Effect> third{persist("e"), answer_to(10)};
  queue.carry_out(third);
  EXPECT_THAT(record.take(), ElementsAre("write e", "reply 10"));
}

class Periodic final : public Outlets {
 public:
  void send(SendToPeer) override { log += " sent"; }
  void reply(ReplyToClient) override { log += " answered"; }
  void set_timer(const SetTimer&) override {}
  void write(const Batch&) override { log += " wrote"; }
  void begin_sync(Batch) override { log += " sync"; }
  void sync_later() override { log += " later"; }
  std::string log;
};

TEST(WithAnInterval, a_write_is_answered_at_once_and_one_sync_follows_for_all_of_a_period) {
  Periodic outlets;
  EffectQueue queue(outlets, Fsync::interval);
  std::vector<Effect> effects{persist("a"), answer_to(7), persist("b")};
  queue.carry_out(effects);
  EXPECT_EQ(outlets.log, " wrote later answered wrote");
  EXPECT_FALSE(queue.idle());
  queue.sync_now();
  EXPECT_EQ(outlets.log, " wrote later answered wrote sync");
  queue.synced();
  EXPECT_TRUE(queue.idle());
}

TEST(WithAnInterval, what_is_written_while_a_sync_runs_gets_the_next_one) {
  Periodic outlets;
  EffectQueue queue(outlets, Fsync::interval);
  std::vector<Effect> effects{persist("a")};
  queue.carry_out(effects);
  queue.sync_now();
  effects = {persist("b"), answer_to(7)};
  queue.carry_out(effects);
  EXPECT_EQ(outlets.log, " wrote later sync wrote later answered");
  queue.synced();
  queue.sync_now();
  EXPECT_EQ(outlets.log, " wrote later sync wrote later answered sync");
}

/// Effects numbered in the order in which the node gave them; checks each outcome as it comes.
class Judge final : public Outlets {
 public:
  void send(SendToPeer) override {}
  void set_timer(const SetTimer&) override {}
  void write(const Batch&) override {}
  void reply(ReplyToClient answer) override {
    RC_ASSERT(answer.id > last_reply_);
    last_reply_ = answer.id;
    // All persists given before this reply are durable.
    for (const RequestId number : persisted_) RC_ASSERT(number > answer.id || durable_.count(number) == 1);
  }
  void sync_later() override {}
  void begin_sync(Batch batch) override {
    RC_ASSERT(in_sync_.empty());
    in_sync_ = std::move(batch);
  }

  Effect next_persist() {
    persisted_.push_back(++last_number_);
    return persist(std::to_string(last_number_));
  }
  Effect next_reply() { return answer_to(++last_number_); }
  bool end_sync() {
    for (const auto& [key, record] : in_sync_) durable_.insert(std::stoull(key));
    return !std::exchange(in_sync_, {}).empty();
  }
  bool all_replied_and_durable(RequestId last) const {
    return last_reply_ == last && durable_.size() == persisted_.size();
  }

 private:
  RequestId last_number_ = 0;
  RequestId last_reply_ = 0;
  std::vector<RequestId> persisted_;
  std::set<RequestId> durable_;
  Batch in_sync_;
};

/// Any batches, any moments at which syncs end.
RC_GTEST_PROP(EffectQueueProperty, no_reply_overtakes_a_persist_or_another_reply,
              (const std::vector<std::uint8_t>& script)) {
  Judge judge;
  EffectQueue queue(judge, Fsync::always);
  std::vector<Effect> batch;
  for (const std::uint8_t step : script) {
    switch (step % 4) {
      case 0:
        batch.push_back(judge.next_persist());
        break;
      case 1:
        batch.push_back(judge.next_reply());
        break;
      case 2:
        queue.carry_out(batch);
        break;
      default:
        if (judge.end_sync()) queue.synced();
    }
  }
  Effect last = judge.next_reply();
  const RequestId last_id = std::get<ReplyToClient>(last).id;
  batch.push_back(std::move(last));
  queue.carry_out(batch);
  while (judge.end_sync()) queue.synced();
  RC_ASSERT(queue.idle());
  RC_ASSERT(judge.all_replied_and_durable(last_id));
}

}  // namespace
}  // namespace fracas::store
