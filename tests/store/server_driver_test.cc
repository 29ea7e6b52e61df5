// A real node on a loop with a disk that the test holds back: no answer may leave before its write is
// durable, a disk of which a sync failed is told once and never asked again, and one that refused a write is
// tried until it takes them again.
#include "store/server/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/server/timers.h"

namespace fracas::store {
namespace {

/// Each apply() waits for the test's word.
class HeldDisk final : public Storage {
 public:
  boost::system::result<Records, StorageError> load() override { return Records{}; }
  boost::system::result<void, StorageError> apply(const Batch& batch, bool sync) override {
    std::unique_lock lock(mutex_);
    ++begun_;
    synced_ = sync;
    last_size_ = batch.size();
    changed_.notify_all();
    changed_.wait(lock, [&] { return allowed_ >= begun_; });
    if (failing_) return StorageError{.message = "the disk is gone"};
    if (full_) return StorageError{.message = "the disk is full", .refused = true};
    return {};
  }
  boost::system::result<void, StorageError> reopen() override {
    const std::lock_guard lock(mutex_);
    ++reopened_;
    if (full_) return StorageError{.message = "the disk is full", .refused = true};
    return {};
  }

  boost::system::result<void, StorageError> sync() override { return apply({}, true); }

  void allow(int count) {
    const std::lock_guard lock(mutex_);
    allowed_ += count;
    changed_.notify_all();
  }
  void fail() {
    const std::lock_guard lock(mutex_);
    failing_ = true;
  }
  void be_full(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  int reopened() const {
    const std::lock_guard lock(mutex_);
    return reopened_;
  }
  bool wait_for_begun(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return begun_ >= count; });
  }
  int begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  bool synced() const {
    const std::lock_guard lock(mutex_);
    return synced_;
  }
  std::size_t last_size() const {
    const std::lock_guard lock(mutex_);
    return last_size_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int allowed_ = 0;
  bool failing_ = false;
  bool full_ = false;
  int reopened_ = 0;
  bool synced_ = false;
  std::size_t last_size_ = 0;
};

class OneNode : public testing::Test {
 protected:
  void start(Fsync fsync) {
    NodeOptions options;
    options.config.nodes = options.config.n = options.config.r = options.config.w = 1;
    options.config.fsync = fsync;
    options.names = {"n1"};
    auto opened = Driver::open(
        io, options, {}, disk,
        DriverOutputs{.send = [](SendToPeer) { ADD_FAILURE() << "a cluster of one sends nothing"; },
                      .reply =
                          [this](ReplyToClient reply) {
                            answered.push_back(reply.id);
                            if (reply.error) errors[reply.id] = reply.error->kind;
                          },
                      .broken = [this](const StorageError& error) { broken.push_back(error.message); }});
    ASSERT_TRUE(opened) << opened.error();
    driver = *std::move(opened);
    driver->start();
  }
  void put(RequestId id) {
    ClientRequest request;
    request.id = id;
    request.verb = Verb::put;
    request.key = "k" + std::to_string(id);
    request.value = "1";
    driver->feed(request);
  }
  void get(RequestId id) {
    ClientRequest request;
    request.id = id;
    request.key = "k1";
    driver->feed(request);
  }
  void run_until_answered(std::size_t count) {
    run_until([&] { return answered.size() >= count || !broken.empty(); });
  }
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      if (io.run_one_for(std::chrono::milliseconds{20}) == 0) io.restart();
    }
  }

  boost::asio::io_context io;
  HeldDisk disk;
  std::vector<RequestId> answered;
  std::map<RequestId, ErrorKind> errors;
  std::vector<std::string> broken;
  std::unique_ptr<Driver> driver;
};

TEST_F(OneNode, answers_a_put_only_when_it_is_durable_and_groups_what_came_meanwhile) {
  start(Fsync::always);
  put(1);
  ASSERT_TRUE(disk.wait_for_begun(1));
  EXPECT_TRUE(disk.synced());
  const std::size_t one = disk.last_size();
  for (RequestId id = 2; id <= 4; ++id) put(id);
  get(5);
  io.poll();
  EXPECT_TRUE(answered.empty());
  disk.allow(1);
  run_until_answered(1);
  EXPECT_EQ(answered, std::vector<RequestId>{1});
  ASSERT_TRUE(disk.wait_for_begun(2));
  EXPECT_GE(disk.last_size(), 3 * one) << "three puts in one write";
  disk.allow(1);
  run_until_answered(5);
  EXPECT_EQ(answered, (std::vector<RequestId>{1, 2, 3, 4, 5}));
  EXPECT_EQ(disk.begun(), 2);
}

TEST_F(OneNode, with_an_interval_answers_before_the_sync_and_goes_on_while_it_runs) {
  disk.allow(2);
  start(Fsync::interval);
  put(1);
  put(2);
  EXPECT_EQ(answered, (std::vector<RequestId>{1, 2}));
  EXPECT_FALSE(disk.synced());
  run_until([this] { return disk.begun() == 3; });
  EXPECT_TRUE(disk.synced()) << "one for both, and the disk holds it back";
  EXPECT_EQ(disk.last_size(), 0U) << "of what is written already";
  get(3);
  EXPECT_EQ(answered, (std::vector<RequestId>{1, 2, 3}));
  disk.allow(1);
}

TEST_F(OneNode, a_sync_of_an_interval_that_fails_ends_the_process) {
  disk.allow(2);
  start(Fsync::interval);
  put(1);
  disk.fail();
  run_until([this] { return !broken.empty(); });
}

TEST_F(OneNode, without_fsync_writes_in_place) {
  start(Fsync::never);
  disk.allow(1);
  put(1);
  EXPECT_EQ(answered, std::vector<RequestId>{1});
  EXPECT_FALSE(disk.synced());
}

TEST_F(OneNode, a_failed_sync_is_told_and_its_put_is_never_answered) {
  start(Fsync::always);
  put(1);
  ASSERT_TRUE(disk.wait_for_begun(1));
  put(2);
  disk.fail();
  disk.allow(1);
  run_until_answered(1);
  io.poll();
  EXPECT_EQ(broken, std::vector<std::string>{"the disk is gone"});
  EXPECT_TRUE(answered.empty());
  EXPECT_EQ(disk.begun(), 1);
}

class OneNodeOnAFullDisk : public OneNode, public testing::WithParamInterface<Fsync> {};

TEST_P(OneNodeOnAFullDisk, is_read_only_and_takes_writes_when_there_is_room_again) {
  start(GetParam());
  disk.allow(10);
  disk.be_full(true);
  put(1);
  run_until_answered(1);
  EXPECT_EQ(errors.at(1), ErrorKind::unknown_outcome);
  EXPECT_TRUE(driver->node().read_only());
  put(2);
  EXPECT_EQ(errors.at(2), ErrorKind::read_only) << "at once";
  get(3);
  EXPECT_EQ(answered, (std::vector<RequestId>{1, 2, 3}));
  const int tried = disk.reopened();
  run_until([&] { return disk.reopened() > tried; });
  EXPECT_TRUE(driver->node().read_only());
  disk.be_full(false);
  run_until([&] { return !driver->node().read_only(); });
  put(4);
  run_until_answered(4);
  EXPECT_FALSE(errors.contains(4));
  EXPECT_TRUE(broken.empty());
}

INSTANTIATE_TEST_SUITE_P(Fsyncs, OneNodeOnAFullDisk, testing::Values(Fsync::always, Fsync::never),
                         [](const auto& test) {
                           return test.param == Fsync::always ? "with_fsync" : "without_fsync";
                         });

TEST(Timers, fire_in_the_order_of_their_times_and_those_that_are_set_meanwhile_too) {
  boost::asio::io_context io;
  std::vector<std::uint64_t> fired;
  std::optional<Timers> timers;
  timers.emplace(io, [&](std::uint64_t timer) {
    fired.push_back(timer);
    if (timer == 1) timers->set(4, std::chrono::nanoseconds{0});
  });
  timers->set(3, std::chrono::milliseconds{30});
  timers->set(1, std::chrono::milliseconds{-5});
  timers->set(2, std::chrono::milliseconds{5});
  io.run_for(std::chrono::seconds{10});
  EXPECT_EQ(fired, (std::vector<std::uint64_t>{1, 4, 2, 3}));
}

}  // namespace
}  // namespace fracas::store
