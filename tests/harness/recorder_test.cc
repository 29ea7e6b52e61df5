#include "harness/recorder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "checker/history.h"

namespace fracas::harness {
namespace {

using checker::Event;
using checker::EventType;

class RecorderTest : public testing::Test {
 protected:
  ~RecorderTest() override { std::filesystem::remove(file_); }

  static Event event(EventType type, int process) {
    Event event;
    event.type = type;
    event.process = process;
    event.key = "k" + std::to_string(process);
    return event;
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("fracas-recorder-" + std::to_string(::getpid()));
};

TEST_F(RecorderTest, WritesWhatTheCheckerReads) {
  Recorder recorder(file_);
  recorder.record(event(EventType::invoke, 1), 10);
  recorder.record(event(EventType::invoke, 2), 20);
  recorder.record(event(EventType::ok, 2), 30);
  recorder.record(event(EventType::fail, 1), 25);  // a clock that stood back: recorded times never do
  recorder.flush();
  const auto history = checker::read_history(file_);
  ASSERT_TRUE(history.has_value()) << history.error().to_string();
  ASSERT_EQ(history->operations().size(), 2u);
  EXPECT_EQ(history->completed_ns(history->operations()[0]), 30);
}

TEST_F(RecorderTest, CountsCompletionsAndKnowsTheTouchedKeys) {
  Recorder recorder(file_);
  for (const EventType type : {EventType::ok, EventType::ok, EventType::fail, EventType::info}) {
    recorder.record(event(EventType::invoke, 1), 1);
    recorder.record(event(type, 1), 1);
  }
  EXPECT_EQ(recorder.counts().ok, 2u);
  EXPECT_EQ(recorder.counts().fail, 1u);
  EXPECT_EQ(recorder.counts().info, 1u);
  EXPECT_EQ(recorder.keys(), (std::set<std::string, std::less<>>{"k1"}));
}

TEST_F(RecorderTest, WritesByItselfWhenItsBufferIsFull) {
  Recorder recorder(file_);
  for (int i = 0; i < 40'000; ++i) recorder.record(event(EventType::invoke, i), i);
  EXPECT_GE(std::filesystem::file_size(file_), LineFile::kBufferLimit);
}

TEST_F(RecorderTest, KeepsTheFirstWriteError) {
  Recorder nowhere(file_ / "below a file that is not there");
  nowhere.record(event(EventType::invoke, 1), 1);
  nowhere.flush();
  ASSERT_TRUE(nowhere.error().has_value());
  EXPECT_EQ(nowhere.error()->code, Exit::environment);
  EXPECT_NE(nowhere.error()->message.find("cannot create"), std::string::npos);
}

TEST_F(RecorderTest, FailsWhenTheDiskIsFull) {
  Recorder full("/dev/full");
  full.record(event(EventType::invoke, 1), 1);
  full.flush();
  ASSERT_TRUE(full.error().has_value());
  EXPECT_NE(full.error()->message.find("cannot write"), std::string::npos);
}

}  // namespace
}  // namespace fracas::harness
