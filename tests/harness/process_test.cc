// Children as the harness needs them: reported exactly once, killed whatever their state, never left behind.
#include "harness/local/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace fracas::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kLimit = seconds(20);

template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Dead or a zombie that waits for someone else to reap it.
bool is_dead(pid_t pid) {
  const std::string stat = content("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || stat[name_end + 2] == 'Z' || stat[name_end + 2] == 'X';
}

bool has_no_child() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

std::set<std::string> open_descriptors() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    names.insert(entry.path().filename());
  return names;
}

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "process_test.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    output_ = folder_ / "output";
  }
  ~ProcessTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Process> shell(const std::string& script) {
    auto process = Process::spawn(io_, {.program = "/bin/sh", .arguments = {"-c", script}, .output = output_},
                                  [this](ExitStatus status) { exits_.push_back(to_string(status)); });
    EXPECT_TRUE(process) << process.error().message;
    return std::move(*process);
  }
  /// A shell with a grandchild of ours in the background, whose pid is handed back.
  std::pair<std::unique_ptr<Process>, pid_t> shell_with_grandchild(const std::string& then) {
    auto process = shell("sleep 1000 & echo $!; " + then);
    EXPECT_TRUE(eventually([&] { return content(output_).ends_with('\n'); }));
    return {std::move(process), static_cast<pid_t>(std::stoi(content(output_)))};
  }
  void run_until_exit() { io_.run_for(kLimit); }

  boost::asio::io_context io_;
  std::filesystem::path folder_;
  std::filesystem::path output_;
  std::vector<std::string> exits_;
};

TEST_F(ProcessTest, ReportsAnExitCodeOnce) {
  const auto process = shell("exit 7");
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 7"));
  EXPECT_FALSE(process->running());
  EXPECT_FALSE(process->signal(SIGTERM));
  EXPECT_EQ(process->kernel_state(), std::nullopt);
  EXPECT_TRUE(has_no_child());
}

TEST_F(ProcessTest, TellsSignal9FromExitCode9) {
  const auto by_code = shell("exit 9");
  run_until_exit();
  io_.restart();
  const auto by_signal = shell("kill -9 $$");
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 9", "signal 9 (SIGKILL)"));
}

TEST_F(ProcessTest, KeepsExitStatusesWhereOurOwnParentIgnoredSigchld) {
  ::signal(SIGCHLD, SIG_IGN);
  const auto process = shell("exit 3");
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 3"));
}

TEST_F(ProcessTest, AFailedExecIsAnErrorThatNamesTheProgramAndLeavesNothingBehind) {
  shell("exit 0").reset();  // opens what the loop keeps
  const auto before = open_descriptors();
  const auto process = Process::spawn(
      io_, {.program = folder_ / "absent", .arguments = {}, .output = output_}, [](ExitStatus) { FAIL(); });
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, testing::HasSubstr((folder_ / "absent").string()));
  EXPECT_THAT(process.error().message, testing::HasSubstr("No such file"));
  EXPECT_EQ(process.error().code, Exit::environment);
  EXPECT_TRUE(has_no_child());
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProcessTest, AnOutputFileThatCannotBeOpenedIsNamed) {
  const auto process = Process::spawn(
      io_, {.program = "/bin/true", .arguments = {}, .output = folder_ / "no" / "where"}, [](ExitStatus) {});
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, testing::HasSubstr((folder_ / "no" / "where").string()));
}

TEST_F(ProcessTest, AFailedExecDoesNotFlushOurBufferedOutputTwice) {
  const pid_t writer = ::fork();
  if (writer == 0) {
    std::FILE* file = std::fopen(output_.c_str(), "w");
    std::fputs("once\n", file);
    boost::asio::io_context io;
    const auto process =
        Process::spawn(io, {.program = folder_ / "absent", .arguments = {}, .output = {}}, [](ExitStatus) {});
    std::fclose(file);
    ::_exit(process ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(writer, &status, 0), writer);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(content(output_), "once\n");
}

TEST_F(ProcessTest, AppendsBothStreamsToTheOutputFile) {
  std::ofstream(output_) << "earlier\n";
  const auto process = shell("echo out; echo err >&2");
  run_until_exit();
  EXPECT_EQ(content(output_), "earlier\nout\nerr\n");
}

TEST_F(ProcessTest, TheChildStartsWithEmptyInputDefaultSignalsAndNoDescriptorOfOurs) {
  std::vector<int> ours;
  for (int i = 0; i < 8; ++i) ours.push_back(::dup(STDERR_FILENO));
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked, former;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &former);
  const auto process = shell(
      "read line || echo no input; fd=3; "
      "while [ $fd -lt 64 ]; do [ -e /proc/$$/fd/$fd ] && echo leaked $fd; fd=$((fd + 1)); done; "
      "grep -E '^Sig(Ign|Blk)' /proc/self/status");
  run_until_exit();
  ::sigprocmask(SIG_SETMASK, &former, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  for (const int fd : ours) ::close(fd);
  EXPECT_EQ(content(output_), "no input\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ProcessTest, ShowsAStoppedProcessAndTakesItOnAgain) {
  const auto process = shell("exec sleep 1000");
  EXPECT_TRUE(process->running());
  EXPECT_TRUE(process->signal(SIGSTOP));
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'T'; }));
  EXPECT_TRUE(process->signal(SIGCONT));
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'S'; }));
  io_.poll();
  EXPECT_THAT(exits_, testing::IsEmpty()) << "a stop is not an exit";
}

TEST_F(ProcessTest, KillAndWaitEndsAStoppedProcessAndOnExitFollows) {
  const auto process = shell("exec sleep 1000");
  process->signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'T'; }));
  EXPECT_TRUE(process->kill_and_wait());
  EXPECT_FALSE(process->running());
  EXPECT_TRUE(has_no_child());
  EXPECT_THAT(exits_, testing::IsEmpty()) << "it comes from the loop";
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("signal 9 (SIGKILL)"));
  EXPECT_TRUE(process->kill_and_wait()) << "it is gone already";
}

TEST_F(ProcessTest, KillAndWaitOfAProcessThatEndedByItselfKeepsItsOwnStatus) {
  const auto process = shell("exit 5");
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'Z'; }));
  EXPECT_FALSE(process->running());
  EXPECT_TRUE(process->kill_and_wait());
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 5"));
}

TEST_F(ProcessTest, KillingTakesWhatTheProcessForked) {
  const auto [process, grandchild] = shell_with_grandchild("wait");
  EXPECT_FALSE(is_dead(grandchild));
  EXPECT_TRUE(process->kill_and_wait());
  EXPECT_TRUE(eventually([pid = grandchild] { return is_dead(pid); }));
}

TEST_F(ProcessTest, WhatAProcessForkedGoesWithIt) {
  const auto [process, grandchild] = shell_with_grandchild("exit 0");
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 0"));
  EXPECT_TRUE(eventually([pid = grandchild] { return is_dead(pid); }));
}

TEST_F(ProcessTest, DestroyingARunningProcessKillsAndReapsItWithoutACall) {
  const auto before = open_descriptors();
  auto process = shell("exec sleep 1000");
  process.reset();
  EXPECT_TRUE(has_no_child());
  run_until_exit();
  EXPECT_THAT(exits_, testing::IsEmpty());
  std::set<std::string> after = open_descriptors();
  EXPECT_LE(after.size(), before.size() + 3) << "the loop's own descriptors";
}

TEST_F(ProcessTest, OnExitMayDestroyTheProcess) {
  std::unique_ptr<Process> process;
  auto spawned = Process::spawn(io_, {.program = "/bin/true", .arguments = {}, .output = output_},
                                [&](ExitStatus) { process.reset(); });
  ASSERT_TRUE(spawned);
  process = std::move(*spawned);
  run_until_exit();
  EXPECT_EQ(process, nullptr);
}

TEST_F(ProcessTest, ManyProcessesLeaveNoDescriptorBehind) {
  shell("exit 0").reset();  // opens what the loop keeps
  const auto before = open_descriptors();
  for (int i = 0; i < 30; ++i) {
    const auto process = shell("exit 0");
    io_.restart();
    run_until_exit();
  }
  EXPECT_THAT(exits_, testing::SizeIs(30));
  EXPECT_EQ(open_descriptors(), before);
}

/// Skips by itself where clocks cannot be distorted.
class DistortableProcessTest : public ProcessTest {
 protected:
  void SetUp() override {
    if (const std::string why = nemesis::VdsoClock::unavailable(); !why.empty()) GTEST_SKIP() << why;
  }
  std::unique_ptr<Process> distortable(const std::string& program,
                                       const std::vector<std::string>& arguments) {
    constexpr nemesis::Nanoseconds kTwentyYears = 20LL * 365 * 86400 * 1'000'000'000;
    auto process = Process::spawn(io_,
                                  {.program = program,
                                   .arguments = arguments,
                                   .output = output_,
                                   .distortable_clock = true,
                                   .skew = {.offset = -kTwentyYears, .rate = 1.0}},
                                  [this](ExitStatus status) { exits_.push_back(to_string(status)); });
    EXPECT_TRUE(process) << process.error().message;
    return std::move(*process);
  }
};

TEST_F(DistortableProcessTest, ShowsTheSkewFromTheStartAndEndsAsUsual) {
  const auto process = distortable("/bin/date", {"+%s"});
  EXPECT_NE(process->clock(), nullptr);
  EXPECT_EQ(process->clock_unavailable(), "");
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("exit code 0")) << "the stop at exec is not an exit";
  EXPECT_LT(std::stoll(content(output_)), std::time(nullptr) - 19LL * 365 * 86400);
}

TEST_F(DistortableProcessTest, IsStoppedContinuedAndKilledAsAnyOther) {
  const auto process = distortable("/bin/sleep", {"1000"});
  process->signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'T'; }));
  process->signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return process->kernel_state() == 'S'; }));
  process->signal(SIGSTOP);
  EXPECT_TRUE(process->kill_and_wait());
  run_until_exit();
  EXPECT_THAT(exits_, testing::ElementsAre("signal 9 (SIGKILL)"));
}

TEST_F(DistortableProcessTest, AFailedExecIsTheSameError) {
  const auto process = Process::spawn(
      io_, {.program = folder_ / "absent", .arguments = {}, .output = output_, .distortable_clock = true},
      [](ExitStatus) {});
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, testing::HasSubstr("No such file"));
  EXPECT_TRUE(has_no_child());
}

TEST_F(DistortableProcessTest, LeavesNoDescriptorBehind) {
  distortable("/bin/true", {}).reset();
  const auto before = open_descriptors();
  for (int i = 0; i < 10; ++i) distortable("/bin/true", {}).reset();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProcessTest, AnOrdinaryProcessHasNoClockAndSaysWhy) {
  const auto process = shell("exit 0");
  EXPECT_EQ(process->clock(), nullptr);
  EXPECT_EQ(process->clock_unavailable(), "not asked for");
}

TEST_F(ProcessTest, AKilledParentTakesTheChildWithIt) {
  const pid_t parent = ::fork();
  if (parent == 0) {
    boost::asio::io_context io;
    const auto process = Process::spawn(
        io, {.program = "/bin/sh", .arguments = {"-c", "echo $$; exec sleep 1000"}, .output = output_},
        [](ExitStatus) {});
    for (;;) ::pause();
  }
  const bool written = eventually([&] { return content(output_).ends_with('\n'); });
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  ASSERT_TRUE(written);
  const auto child = static_cast<pid_t>(std::stoi(content(output_)));
  EXPECT_TRUE(eventually([&] { return is_dead(child); }));
}

}  // namespace
}  // namespace fracas::harness
