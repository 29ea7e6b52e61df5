// What the reader of histories accepts, and how it names what it refuses.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "checker/history.h"

namespace fracas::checker {
namespace {

/// A file of its own per test, gone afterwards.
class HistoryFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("fracas-history-" + std::to_string(::getpid()) + "-" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  InputResult<History> read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return read_history(path_);
  }

  /// "line: message" of the error, without the file in front.
  std::string error_of(const std::string& content) {
    auto history = read(content);
    if (history) return "none";
    EXPECT_EQ(history.error().file, path_.string());
    return std::to_string(history.error().line) + ": " + history.error().message;
  }

  std::filesystem::path path_;
};

constexpr std::string_view kWrite =
    R"({"index":0,"time":1,"type":"invoke","process":3,"f":"write","key":"k7","value":"3-17","node":"n2"})"
    "\n";
constexpr std::string_view kWritten =
    R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","key":"k7","value":"3-17","node":"n2"})"
    "\n";

std::string lines(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

TEST_F(HistoryFile, ReadsAnOperationWithItsCompletion) {
  const auto history = read(lines({kWrite, kWritten}));
  ASSERT_TRUE(history) << history.error().to_string();
  ASSERT_EQ(history->operations().size(), 1U);
  const Operation& write = history->operations()[0];
  EXPECT_EQ(write.invoked, 0U);
  EXPECT_EQ(write.completed, 1U);
  EXPECT_EQ(write.outcome, Outcome::ok);
  EXPECT_EQ(history->session(write), 3);
  EXPECT_EQ(history->text(write.key), "k7");
  EXPECT_EQ(history->text(write.value), "\"3-17\"");
  EXPECT_EQ(history->text(history->node(write)), "n2");
}

TEST_F(HistoryFile, EqualValuesAreEqualBytesHoweverTheyAreSpaced) {
  const auto history = read(
      R"({ "index": 0, "time": 1, "type": "invoke", "process": 0, "f": "read", "key": "k" })"
      "\n"
      R"({"index":1,"time":2,"type":"ok","process":0,"f":"read","key":"k","value":[ 1, {"a" : "\u0041"} ],"unknown":[1]})"
      "\n");
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->text(history->operations()[0].value), R"([1,{"a":"A"}])");
}

TEST_F(HistoryFile, KeepsStampsAndForgetsContexts) {
  const auto history = read(
      R"({"index":0,"time":1,"type":"invoke","process":0,"f":"write","key":"k","value":1,"context":{"n1#3":17}})"
      "\n"
      R"({"index":1,"time":2,"type":"ok","process":0,"f":"write","key":"k","value":1,"clock":[-5,"n1#3",7]})"
      "\n");
  ASSERT_TRUE(history) << history.error().to_string();
  const Operation& write = history->operations()[0];
  EXPECT_TRUE(write.contextual);
  ASSERT_NE(history->stamp(write), nullptr);
  EXPECT_EQ(*history->stamp(write), (Stamp{-5, "n1#3", 7}));
}

TEST_F(HistoryFile, OpenAndInfoOperationsNeverComplete) {
  const auto history = read(lines(
      {kWrite, R"({"index":1,"time":2,"type":"info","process":3,"f":"write","key":"k7","error":"timeout"})"
               "\n"
               R"({"index":2,"time":2,"type":"invoke","process":4,"session":3,"f":"read","key":"k7"})"}));
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->operations()[0].outcome, Outcome::info);
  EXPECT_EQ(history->operations()[0].completed, kNever);
  EXPECT_EQ(history->operations()[1].outcome, Outcome::open);
  EXPECT_EQ(history->session(history->operations()[1]), 3);
}

TEST_F(HistoryFile, AFileThatIsNotThereIsNamed) {
  const auto history = read_history(path_);
  ASSERT_FALSE(history);
  EXPECT_EQ(history.error().to_string(), path_.string() + ": cannot open it: No such file or directory");
}

struct Refused {
  std::string_view name;
  std::string_view line;  ///< follows an invoked write of process 3 (index 0, time 1)
  std::string_view message;
};

class RefusedLine : public HistoryFile, public testing::WithParamInterface<Refused> {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("fracas-refused-" + std::to_string(::getpid()) + "-" + std::string(GetParam().name) + ".jsonl");
  }
};

TEST_P(RefusedLine, IsNamedWithWhatIsWrong) {
  const std::string error = error_of(std::string(kWrite) + std::string(GetParam().line) + "\n");
  EXPECT_TRUE(error.starts_with("2: ")) << error;
  EXPECT_NE(error.find(GetParam().message), std::string::npos) << error;
}

INSTANTIATE_TEST_SUITE_P(
    Reader, RefusedLine,
    testing::Values(
        Refused{"not_json", R"({"index":1,,})", "not JSON"}, Refused{"garbage", "\x00\xFF", "not JSON"},
        Refused{"empty_line", "", "the line is empty"}, Refused{"not_an_object", "[1]", "not a JSON object"},
        Refused{"two_objects", R"({"index":1} {})", "not JSON"},
        Refused{"no_index", R"({"time":2,"type":"ok","process":3,"f":"write"})", "index is missing"},
        Refused{"no_type", R"({"index":1,"time":2,"process":3,"f":"write"})", "type is missing"},
        Refused{"no_process", R"({"index":1,"time":2,"type":"ok","f":"write"})", "process is missing"},
        Refused{"index_text", R"({"index":"1","time":2,"type":"ok","process":3,"f":"write"})",
                "index is a text, expected a whole number"},
        Refused{"index_gap", R"({"index":2,"time":2,"type":"ok","process":3,"f":"write"})",
                "index is 2, expected 1"},
        Refused{"time_fraction", R"({"index":1,"time":2.5,"type":"ok","process":3,"f":"write"})",
                "time is a number, expected a whole number"},
        Refused{"time_back", R"({"index":1,"time":0,"type":"ok","process":3,"f":"write","key":"k7"})",
                "time goes back from 1 to 0"},
        Refused{"process_negative", R"({"index":1,"time":2,"type":"ok","process":-3,"f":"write"})",
                "process is -3, expected 0 to"},
        Refused{"process_large", R"({"index":1,"time":2,"type":"ok","process":4294967296,"f":"write"})",
                "process is 4294967296"},
        Refused{"f_unknown", R"({"index":1,"time":2,"type":"ok","process":3,"f":"put"})",
                "f is \"put\", expected read, write"},
        Refused{"type_unknown", R"({"index":1,"time":2,"type":"done","process":3,"f":"write"})",
                "type is \"done\", expected invoke"},
        Refused{"twice", R"({"index":1,"index":1,"time":2,"type":"ok","process":3,"f":"write"})",
                "index appears twice"},
        Refused{"siblings_text", R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","siblings":"a"})",
                "siblings is a text, expected an array"},
        Refused{"final_number", R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","final":1})",
                "final is a number, expected true or false"},
        Refused{"second_open", R"({"index":1,"time":2,"type":"invoke","process":3,"f":"read","key":"k"})",
                "process 3 invokes read while its write of index 0 is open"},
        Refused{"no_invocation", R"({"index":1,"time":2,"type":"ok","process":4,"f":"write","key":"k7"})",
                "ok of process 4, which has no open operation"},
        Refused{"other_f", R"({"index":1,"time":2,"type":"ok","process":3,"f":"read","key":"k7"})",
                "has f read, but its invocation (index 0) has write"},
        Refused{"other_key", R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","key":"k8"})",
                "has key k8, but its invocation (index 0) has k7"},
        Refused{"other_value",
                R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","key":"k7","value":"x"})",
                "has value \"x\", but"},
        Refused{"bad_clock",
                R"({"index":1,"time":2,"type":"ok","process":3,"f":"write","key":"k7","clock":[1,2]})",
                "clock is [1,2], expected [stamp"},
        Refused{
            "bad_context",
            R"({"index":1,"time":2,"type":"invoke","process":4,"f":"write","key":"k","value":1,"context":[1]})",
            "context is [1], expected an object"},
        Refused{"no_key", R"({"index":1,"time":2,"type":"invoke","process":4,"f":"read"})",
                "read without key"},
        Refused{"null_write", R"({"index":1,"time":2,"type":"invoke","process":4,"f":"write","key":"k"})",
                "write of null"}),
    [](const auto& line) { return std::string(line.param.name); });

TEST_F(HistoryFile, AProcessDoesNotGoOnAfterInfo) {
  const std::string error =
      error_of(lines({kWrite, R"({"index":1,"time":2,"type":"info","process":3,"f":"write","key":"k7"})"
                              "\n"
                              R"({"index":2,"time":3,"type":"invoke","process":3,"f":"read","key":"k7"})"
                              "\n"}));
  EXPECT_TRUE(error.starts_with("3: process 3 goes on after an operation that ended in info")) << error;
}

TEST_F(HistoryFile, ALastLineCutInTheMiddleIsTruncated) {
  const std::string whole = lines({kWrite, kWritten});
  for (std::size_t cut = kWrite.size() + 1; cut + 2 < whole.size(); ++cut) {
    const std::string error = error_of(whole.substr(0, cut));
    ASSERT_TRUE(error.starts_with("2: truncated")) << cut << " " << error;
  }
}

TEST_F(HistoryFile, ALineLongerThanTheBufferIsReadWhole) {
  const std::string value(5'000'000, 'x');
  const auto history = read(
      R"({"index":0,"time":1,"type":"invoke","process":0,"f":"write","key":"k","value":")" + value + "\"}\n");
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->text(history->operations()[0].value).size(), value.size() + 2);
}

TEST_F(HistoryFile, WhatIsWrittenReadsBack) {
  std::string content;
  append_line(content, {.index = 0,
                        .time_ns = 1,
                        .process = 2,
                        .session = 9,
                        .f = Function::add,
                        .key = "a\"\n\xC3\xA9",
                        .value = R"("1-1")",
                        .node = "n1"});
  append_line(content, {.index = 1,
                        .time_ns = 2,
                        .type = EventType::fail,
                        .process = 2,
                        .session = 9,
                        .f = Function::add,
                        .key = "a\"\n\xC3\xA9",
                        .value = R"("1-1")",
                        .saw = "[]",
                        .node = "n1",
                        .error = "refused \\ here"});
  const auto history = read(content);
  ASSERT_TRUE(history) << history.error().to_string();
  const Operation& add = history->operations()[0];
  EXPECT_EQ(history->session(add), 9);
  EXPECT_EQ(add.outcome, Outcome::fail);
  EXPECT_EQ(history->text(add.key), "a\"\n\xC3\xA9");
  EXPECT_EQ(history->text(history->error(add)), "refused \\ here");
  EXPECT_EQ(history->text(history->saw(add)), "[]");
}

}  // namespace
}  // namespace fracas::checker
