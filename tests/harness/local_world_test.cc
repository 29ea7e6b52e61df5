// What only the local world has: real processes that end by themselves and must not be left behind.
// (The stories of every world: world_test.cc.)
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

#include "tests/harness/world_stories.h"

namespace fracas::harness {
namespace {

using nemesis::NodeState;

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
  }
  void TearDown() override {
    story_.leave();
    EXPECT_TRUE(processes_of(story_.folder()).empty()) << "processes are left behind";
  }
  LocalWorldOptions options() {
    LocalWorldOptions options;
    options.folder = story_.folder();
    options.program = store_program();
    options.store = story_.store();
    options.handle_signals = false;
    return options;
  }
  WorldStory story_{WorldKind::local};
};

TEST_F(LocalWorldTest, ReportsANodeThatEndsByItself) {
  story_.start();
  std::optional<NodeExit> exit;
  story_.world().on_node_exit([&](NodeExit gone) { exit = std::move(gone); });
  for (const pid_t pid : processes_of(story_.folder() / "nodes" / "n3" / "data")) ::kill(pid, SIGKILL);
  ASSERT_TRUE(story_.eventually([&] { return exit.has_value(); }));
  EXPECT_EQ(exit->node, "n3");
  EXPECT_NE(exit->status.find("signal 9"), std::string::npos) << exit->status;
  EXPECT_NE(exit->last_lines.find("ready n3"), std::string::npos) << exit->last_lines;
  EXPECT_EQ(story_.world().nodes().state("n3"), NodeState::stopped);
}

TEST_F(LocalWorldTest, SaysWhyANodeDoesNotStart) {
  LocalWorldOptions wrong = options();
  wrong.program = "/bin/false";
  auto world = make_local_world(wrong);
  ASSERT_TRUE(world.has_value()) << world.error().message;
  std::optional<Result<void>> started;
  (*world)->start_nodes(kLimit, [&](Result<void> result) {
    started = std::move(result);
    (*world)->stop();
  });
  (*world)->run();
  ASSERT_TRUE(started.has_value());
  ASSERT_FALSE(*started);
  EXPECT_NE(started->error().message.find("did not start"), std::string::npos) << started->error().message;
}

TEST_F(LocalWorldTest, TakesAsManyFilesAsItMay) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low = limit;
  low.rlim_cur = std::min<rlim_t>(256, limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  ASSERT_TRUE(make_local_world(options()).has_value());
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST_F(LocalWorldTest, StopsPausedNodesTooAndLeavesNoProcess) {
  story_.start();
  EXPECT_EQ(processes_of(story_.folder()).size(), 3u);
  story_.world().nodes().pause("n1");
  bool stopped = false;
  story_.world().stop_nodes([&] { stopped = true; });
  ASSERT_TRUE(story_.eventually([&] { return stopped; }));
  EXPECT_TRUE(processes_of(story_.folder()).empty());
}

}  // namespace
}  // namespace fracas::harness
