// A node whose disk refuses a write goes on without what was under way, read-only until the disk is back; a
// failed sync ends it.
#include "store/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/ring.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A driver whose disk takes writes or does not, and whose syncs end when the test says so.
class Driver final : public Outlets {
 public:
  /// Each key has one home.
  explicit Driver(Fsync fsync = Fsync::always, int nodes = 1) {
    NodeOptions options;
    options.config.nodes = nodes;
    options.config.n = options.config.r = options.config.w = 1;
    options.config.fsync = fsync;
    options.config.anti_entropy_ns = 0;
    for (int node = 1; node <= nodes; ++node) options.names.push_back("n" + std::to_string(node));
    options.actor = next_actor();
    auto opened = Machine::open(*this, options, {});
    if (!opened) throw std::runtime_error(opened.error());
    machine_ = *std::move(opened);
    machine_->start(now_);
  }

  Machine& machine() { return *machine_; }

  RequestId put(const std::string& key, const std::string& value) {
    ClientRequest request;
    request.id = ++last_;
    request.verb = Verb::put;
    request.key = key;
    request.value = value;
    machine_->feed(now_, request);
    return last_;
  }
  RequestId get(const std::string& key) {
    ClientRequest request;
    request.id = ++last_;
    request.key = key;
    machine_->feed(now_, request);
    return last_;
  }
  void forward(OperationId operation, const std::string& key) {
    ForwardRequest message;
    message.operation = operation;
    message.key = key;
    message.value = "1";
    message.n = message.w = 1;
    message.timeout_ns = 1'000'000'000;
    message.epoch = 1;
    machine_->feed(now_, FromPeer{1, message});
  }
  std::size_t forward_replies() const {
    return static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), [](const SendToPeer& out) {
      return std::holds_alternative<ForwardReply>(out.message);
    }));
  }
  std::string answer(RequestId id) const {
    const auto found = answers_.find(id);
    if (found == answers_.end()) return "none";
    if (found->second.error) return std::string(to_string(found->second.error->kind));
    std::string text = "ok";
    for (const std::string& value : found->second.values) text += " " + value;
    return text;
  }
  const ReplyToClient& reply_to(RequestId id) const { return answers_.at(id); }

  bool syncing() const { return sync_.has_value(); }
  /// The sync that runs, if one does.
  void end_sync() {
    if (!sync_) return;
    const auto [life, batch] = *std::exchange(sync_, std::nullopt);
    if (full) {
      verdict_ = machine_->disk_failed(DiskFailure::write, "no space left");
    } else {
      keep(batch);
      machine_->synced(life);
    }
  }
  void fail_sync() {
    sync_.reset();
    verdict_ = machine_->disk_failed(DiskFailure::sync, "no idea");
  }
  void reopen(bool read_only) {
    sync_.reset();
    const auto done = machine_->reopen(now_, next_actor(), {disk_.begin(), disk_.end()}, read_only);
    ASSERT_TRUE(done) << done.error();
  }
  std::optional<Machine::Verdict> verdict() const { return verdict_; }
  bool on_disk(const std::string& value) const {
    return std::any_of(disk_.begin(), disk_.end(),
                       [&](const auto& record) { return record.second.find(value) != std::string::npos; });
  }
  const std::vector<SetTimer>& timers() const { return timers_; }
  Instant now() const { return now_; }

  bool full = false;

 private:
  void send(SendToPeer out) override { sent_.push_back(std::move(out)); }
  void reply(ReplyToClient answer) override {
    EXPECT_FALSE(answers_.contains(answer.id)) << "a second answer";
    answers_[answer.id] = std::move(answer);
  }
  void set_timer(const SetTimer& timer) override { timers_.push_back(timer); }
  void write(const Batch& batch) override {
    if (full) {
      verdict_ = machine_->disk_failed(DiskFailure::write, "no space left");
    } else {
      keep(batch);
    }
  }
  void begin_sync(Batch batch) override {
    EXPECT_FALSE(machine_->node().read_only());
    sync_.emplace(machine_->life(), std::move(batch));
  }
  void sync_later() override {}
  void keep(const Batch& batch) {
    for (const auto& [key, record] : batch) {
      if (record) {
        disk_[key] = *record;
      } else {
        disk_.erase(key);
      }
    }
  }
  std::array<std::uint8_t, 16> next_actor() {
    std::array<std::uint8_t, 16> actor{};
    actor.fill(++actors_);
    return actor;
  }

  std::unique_ptr<Machine> machine_;
  Instant now_{.steady_ns = 1'000'000'000, .wall_us = 1'700'000'000'000'000};
  RequestId last_ = 0;
  std::uint8_t actors_ = 0;
  std::map<RequestId, ReplyToClient> answers_;
  std::map<std::string, std::string> disk_;
  std::vector<SendToPeer> sent_;
  std::optional<std::pair<std::uint64_t, Batch>> sync_;
  std::optional<Machine::Verdict> verdict_;
  std::vector<SetTimer> timers_;
};

TEST(Machine, whose_disk_refuses_a_write_forgets_it_and_says_that_nothing_is_certain) {
  for (const Fsync fsync : {Fsync::always, Fsync::interval, Fsync::never}) {
    Driver driver(fsync);
    const RequestId before = driver.put("k", "1");
    driver.end_sync();
    ASSERT_EQ(driver.answer(before), "ok 1");
    driver.full = true;
    const RequestId refused = driver.put("k", "2");
    const RequestId behind = driver.get("k");
    driver.end_sync();
    EXPECT_EQ(driver.verdict(), Machine::Verdict::reopen);
    EXPECT_EQ(driver.answer(refused), "none");
    EXPECT_EQ(driver.answer(behind), "none");
    const RequestId meanwhile = driver.get("k");
    driver.reopen(/*read_only=*/true);
    EXPECT_EQ(driver.answer(refused), "unknown-outcome");
    EXPECT_THAT(driver.reply_to(refused).error->message, HasSubstr("no space left"));
    EXPECT_EQ(driver.answer(behind), "unavailable");
    EXPECT_EQ(driver.answer(meanwhile), "unavailable");
    EXPECT_EQ(driver.answer(driver.get("k")), "ok 1");
    EXPECT_EQ(driver.answer(driver.put("k", "3")), "read-only");
  }
}

TEST(Machine, takes_writes_again_under_another_actor) {
  Driver driver;
  driver.full = true;
  driver.put("k", "1");
  const std::string first = driver.machine().node().status(driver.now());
  driver.end_sync();
  driver.reopen(/*read_only=*/true);
  driver.full = false;
  driver.reopen(/*read_only=*/false);
  EXPECT_FALSE(driver.machine().node().read_only());
  const RequestId put = driver.put("k", "2");
  driver.end_sync();
  EXPECT_EQ(driver.answer(put), "ok 2");
  const auto actor_of = [](const std::string& status) {
    const auto at = status.find("n1#");
    return status.substr(at, status.find('"', at) - at);
  };
  EXPECT_THAT(first, HasSubstr("n1#"));
  EXPECT_EQ(driver.reply_to(put).clock.find(actor_of(first)), std::string::npos) << "its dot 1 may be out";
}

TEST(Machine, takes_no_forwarded_put_that_the_node_before_has_taken) {
  Driver driver(Fsync::always, 2);
  std::string key = "k";
  while (Ring(2).homes(key, 1).front() != 0) key += "k";
  driver.forward(7, key);
  driver.end_sync();
  ASSERT_EQ(driver.forward_replies(), 1U);
  driver.full = true;
  driver.put(key, "2");
  driver.end_sync();
  driver.reopen(/*read_only=*/true);
  driver.full = false;
  driver.reopen(/*read_only=*/false);
  driver.forward(7, key);
  driver.end_sync();
  EXPECT_EQ(driver.forward_replies(), 1U);
  driver.forward(8, key);
  driver.end_sync();
  EXPECT_EQ(driver.forward_replies(), 2U);
}

TEST(Machine, is_over_when_a_sync_has_failed) {
  Driver driver;
  const RequestId put = driver.put("k", "1");
  driver.fail_sync();
  EXPECT_EQ(driver.verdict(), Machine::Verdict::end);
  driver.get("k");
  EXPECT_EQ(driver.answer(put), "none");
}

TEST(Machine, does_not_hear_timers_and_syncs_of_the_node_before) {
  Driver driver(Fsync::interval);
  ASSERT_THAT(driver.timers(), testing::Not(IsEmpty()));
  const SetTimer before = driver.timers().back();
  const std::uint64_t life = driver.machine().life();
  driver.full = true;
  driver.put("k", "1");
  driver.reopen(/*read_only=*/true);
  EXPECT_NE(driver.timers().back().timer, before.timer);
  const std::size_t set = driver.timers().size();
  driver.machine().feed({.steady_ns = 10'000'000'000, .wall_us = 1}, TimerFired{before.timer});
  driver.machine().synced(life);
  driver.machine().sync_now(life);
  EXPECT_EQ(driver.timers().size(), set) << "nothing was due";
  driver.machine().feed({.steady_ns = 10'000'000'000, .wall_us = 1},
                        TimerFired{driver.timers().back().timer});
  EXPECT_GT(driver.timers().size(), set);
}

/// Whatever was acknowledged is on the disk, and is what a read shows, however often the disk is full.
RC_GTEST_PROP(MachineProperty, what_is_acknowledged_is_on_the_disk,
              (const std::vector<std::uint8_t>& script)) {
  Driver driver;
  std::map<RequestId, std::string> puts;
  for (const std::uint8_t act : script) {
    switch (act % 5) {
      case 0:
      case 1: {
        const std::string value = "value" + std::to_string(puts.size() + 1) + "x";
        puts.emplace(driver.put("k" + std::to_string(puts.size()), value), value);
        break;
      }
      case 2:
        driver.end_sync();
        break;
      case 3:
        driver.full = true;
        break;
      default:
        if (driver.machine().halted()) {
          driver.reopen(/*read_only=*/true);
        } else if (driver.machine().node().read_only()) {
          driver.full = false;
          driver.reopen(/*read_only=*/false);
        }
    }
  }
  for (const auto& [id, value] : puts) {
    if (driver.answer(id) == "ok " + value) RC_ASSERT(driver.on_disk(value));
    if (driver.answer(id) == "read-only") RC_ASSERT(!driver.on_disk(value));
  }
}

}  // namespace
}  // namespace fracas::store
