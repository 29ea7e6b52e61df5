// The local world with real processes of the bundled store.
#include "harness/local/local_world.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace fracas::harness {
namespace {

using nemesis::NodeState;
using Status = TargetResponse::Status;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr std::int64_t kLimit = 20 * kSecond;

std::filesystem::path store_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "fracas-store";
}

/// Processes whose command line names this folder.
std::set<pid_t> processes_of(const std::filesystem::path& folder) {
  std::set<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline");
    std::ostringstream text;
    text << file.rdbuf();
    if (text.str().find(folder.string()) != std::string::npos) found.insert(std::stoi(name));
  }
  return found;
}

class LocalWorldTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(store_program())) GTEST_SKIP() << "fracas-store is not built";
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::temp_directory_path() / ("fracas-world-" + std::to_string(::getpid()) + test);
    options_.folder = folder_;
    options_.program = store_program();
    options_.proxies = false;
    options_.clocks = false;
    options_.handle_signals = false;
    options_.store.nodes = 3;
    options_.store.fsync = store::Fsync::never;
  }
  void TearDown() override {
    world_.reset();
    EXPECT_TRUE(processes_of(folder_).empty()) << "processes are left behind";
    std::filesystem::remove_all(folder_);
  }

  void start() {
    auto made = make_local_world(options_);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    world_ = std::move(*made);
    std::optional<Result<void>> started;
    world_->start_nodes(kLimit, [&](Result<void> result) {
      started = std::move(result);
      world_->stop();
    });
    world_->run();
    ASSERT_TRUE(started && *started) << started->error().message;
  }

  /// Runs the world until the condition holds; false after the limit.
  template <typename Condition>
  bool eventually(Condition condition) {
    const std::int64_t end = world_->now() + kLimit;
    bool held = false;
    std::function<void()> look = [&] {
      held = condition();
      if (held || world_->now() > end) return world_->stop();
      world_->after(5 * kMillisecond, look);
    };
    look();
    if (!held) world_->run();
    return held;
  }

  TargetResponse call(const std::string& node, TargetRequest request, int client = 0) {
    std::optional<TargetResponse> response;
    world_->call(client, node, request, [&](TargetResponse answer) {
      EXPECT_FALSE(response.has_value()) << "called back twice";
      response = std::move(answer);
    });
    EXPECT_TRUE(eventually([&] { return response.has_value(); }));
    return response.value_or(TargetResponse{});
  }
  TargetResponse put(const std::string& node, const std::string& key, const std::string& value,
                     const std::string& context = "") {
    return call(node, {TargetRequest::Kind::put, key, value, context, kSecond});
  }
  TargetResponse get(const std::string& node, const std::string& key) {
    return call(node, {TargetRequest::Kind::get, key, "", "", kSecond});
  }
  std::optional<NodeStatus> status(const std::string& node) {
    std::optional<Result<NodeStatus>> answer;
    world_->status(node, [&](Result<NodeStatus> result) { answer = std::move(result); });
    EXPECT_TRUE(eventually([&] { return answer.has_value(); }));
    if (!answer || !*answer) return std::nullopt;
    return **answer;
  }

  LocalWorldOptions options_;
  std::filesystem::path folder_;
  std::unique_ptr<World> world_;
};

TEST_F(LocalWorldTest, ServesWhatAnyNodeWasGiven) {
  start();
  const TargetResponse written = put("n1", "a/b c", "\"1-1\"");
  ASSERT_EQ(written.status, Status::ok) << written.error;
  EXPECT_FALSE(written.context.empty());
  EXPECT_FALSE(written.context_json.empty());
  const TargetResponse read = get("n3", "a/b c");
  ASSERT_EQ(read.status, Status::ok) << read.error;
  EXPECT_EQ(read.values, std::vector<std::string>{"\"1-1\""});
  const TargetResponse absent = get("n2", "nothing");
  EXPECT_EQ(absent.status, Status::ok) << absent.error;
  EXPECT_TRUE(absent.values.empty());
  EXPECT_EQ(world_->homes("a/b c").size(), 3u);
}

TEST_F(LocalWorldTest, RefusesWhatTheStoreRefuses) {
  start();
  const TargetResponse answer = put("n1", "k", "\"1-1\"", "no context of ours");
  EXPECT_EQ(answer.status, Status::rejected);
  EXPECT_NE(answer.error.find("context"), std::string::npos) << answer.error;
}

TEST_F(LocalWorldTest, DumpsWhatAReplicaHolds) {
  start();
  put("n1", "k", "\"1-1\"");
  std::optional<std::vector<std::pair<std::string, std::string>>> lines;
  world_->dump("n1", [&](auto dump) { lines = dump.value(); });
  ASSERT_TRUE(eventually([&] { return lines.has_value(); }));
  ASSERT_EQ(lines->size(), 1u);
  EXPECT_EQ(lines->front().first, "k");
  EXPECT_NE(lines->front().second.find(R"("values":["1-1"])"), std::string::npos) << lines->front().second;
}

TEST_F(LocalWorldTest, KillsANodeAndStartsItAgainOnTheSameData) {
  start();
  ASSERT_EQ(put("n1", "k", "\"1-1\"").status, Status::ok);
  ASSERT_TRUE(world_->nodes().kill("n1"));
  EXPECT_EQ(world_->nodes().state("n1"), NodeState::stopped);
  EXPECT_FALSE(world_->nodes().kill("n1"));
  EXPECT_EQ(get("n1", "k").status, Status::rejected) << "nobody is there: nothing can have happened";
  ASSERT_TRUE(world_->nodes().start("n1"));
  ASSERT_TRUE(eventually([&] { return world_->nodes().state("n1") == NodeState::ready; }));
  EXPECT_TRUE(world_->nodes().ready_since("n1").has_value());
  // Its links to the others take a moment.
  TargetResponse read = get("n1", "k");
  for (int i = 0; i < 20 && read.status != Status::ok; ++i) read = get("n1", "k");
  EXPECT_EQ(read.values, std::vector<std::string>{"\"1-1\""}) << read.error;
}

TEST_F(LocalWorldTest, GivesNoAnswerWhileANodeIsPaused) {
  start();
  ASSERT_TRUE(world_->nodes().pause("n2"));
  EXPECT_EQ(world_->nodes().state("n2"), NodeState::paused);
  EXPECT_EQ(call("n2", {TargetRequest::Kind::put, "k", "\"1-1\"", "", 200 * kMillisecond}).status,
            Status::unknown);
  ASSERT_TRUE(world_->nodes().resume("n2"));
  EXPECT_EQ(put("n2", "k", "\"1-2\"").status, Status::ok);
}

TEST_F(LocalWorldTest, ReportsANodeThatEndsByItself) {
  start();
  std::optional<NodeExit> exit;
  world_->on_node_exit([&](NodeExit gone) { exit = std::move(gone); });
  for (const pid_t pid : processes_of(folder_ / "nodes" / "n3" / "data")) ::kill(pid, SIGKILL);
  ASSERT_TRUE(eventually([&] { return exit.has_value(); }));
  EXPECT_EQ(exit->node, "n3");
  EXPECT_NE(exit->status.find("signal 9"), std::string::npos) << exit->status;
  EXPECT_NE(exit->last_lines.find("ready n3"), std::string::npos) << exit->last_lines;
  EXPECT_EQ(world_->nodes().state("n3"), NodeState::stopped);
}

TEST_F(LocalWorldTest, SaysWhyANodeDoesNotStart) {
  options_.program = "/bin/false";
  auto made = make_local_world(options_);
  ASSERT_TRUE(made.has_value());
  world_ = std::move(*made);
  std::optional<Result<void>> started;
  world_->start_nodes(kLimit, [&](Result<void> result) { started = std::move(result); });
  ASSERT_TRUE(eventually([&] { return started.has_value(); }));
  ASSERT_FALSE(*started);
  EXPECT_NE(started->error().message.find("did not start"), std::string::npos) << started->error().message;
}

TEST_F(LocalWorldTest, CutsANodeOffWithProxies) {
  options_.proxies = true;
  start();
  ASSERT_EQ(put("n1", "k", "\"1-1\"").status, Status::ok);
  const auto cut = [&](bool block) {
    for (const char* other : {"n2", "n3"}) {
      for (const auto& [from, to] : {std::pair<std::string, std::string>{"n1", other}, {other, "n1"}}) {
        if (block) {
          world_->network().block(from, to);
        } else {
          world_->network().unblock(from, to);
        }
      }
    }
  };
  cut(true);
  EXPECT_EQ(put("n1", "k", "\"1-2\"").status, Status::unknown) << "w = 2 cannot be reached";
  EXPECT_EQ(put("n2", "k", "\"1-3\"").status, Status::ok) << "the majority goes on";
  cut(false);
  bool healed = false;
  for (int i = 0; i < 20 && !healed; ++i)
    healed = put("n1", "k", "\"2-" + std::to_string(i) + "\"").status == Status::ok;
  EXPECT_TRUE(healed);
}

TEST_F(LocalWorldTest, DistortsOneClockAndReadsItBack) {
  options_.clocks = true;
  start();
  const std::string why = world_->clocks().unavailable("n2");
  if (!why.empty()) GTEST_SKIP() << why;
  const std::int64_t since = world_->now();
  const auto handle = world_->clocks().distort("n2", {60 * kSecond, 1.0});
  const auto distorted = status("n2");
  ASSERT_TRUE(distorted.has_value());
  EXPECT_NEAR(static_cast<double>(distorted->wall_us - world_->wall_us()), 60e6, 1e6);
  EXPECT_GT(world_->clocks().observed("n2", since).max, 59 * kSecond);
  const auto other = status("n1");
  ASSERT_TRUE(other.has_value());
  EXPECT_NEAR(static_cast<double>(other->wall_us - world_->wall_us()), 0, 1e6);

  world_->nodes().kill("n2");
  world_->nodes().start("n2");
  ASSERT_TRUE(eventually([&] { return world_->nodes().state("n2") == NodeState::ready; }));
  const auto restarted = status("n2");
  ASSERT_TRUE(restarted.has_value());
  EXPECT_NEAR(static_cast<double>(restarted->wall_us - world_->wall_us()), 60e6, 1e6) << "still distorted";

  world_->clocks().release(handle);
  const auto released = status("n2");
  ASSERT_TRUE(released.has_value());
  EXPECT_NEAR(static_cast<double>(released->wall_us - world_->wall_us()), 0, 1e6);
}

TEST_F(LocalWorldTest, TakesAsManyFilesAsItMay) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low = limit;
  low.rlim_cur = std::min<rlim_t>(256, limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  ASSERT_TRUE(make_local_world(options_).has_value());
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST_F(LocalWorldTest, StopsPausedNodesTooAndLeavesNoProcess) {
  start();
  EXPECT_EQ(processes_of(folder_).size(), 3u);
  world_->nodes().pause("n1");
  bool stopped = false;
  world_->stop_nodes([&] { stopped = true; });
  ASSERT_TRUE(eventually([&] { return stopped; }));
  EXPECT_TRUE(processes_of(folder_).empty());
}

}  // namespace
}  // namespace fracas::harness
