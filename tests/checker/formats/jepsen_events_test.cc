// What Jepsen's and Porcupine's histories mean, and how what they do not mean is named.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "checker/formats/format.h"

namespace fracas::checker {
namespace {

class ForeignFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("fracas-foreign-" + std::to_string(::getpid()) + "-" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  InputResult<ForeignHistory> read(std::string_view content) {
    std::ofstream(path_, std::ios::binary) << content;
    return read_foreign_history(path_, Format::detect);
  }

  /// An operation a line: process, function, key, value, outcome. Or "line: message" of what is wrong.
  std::string told(std::string_view content) {
    const auto read_back = read(content);
    if (!read_back) return std::to_string(read_back.error().line) + ": " + read_back.error().message;
    const History& history = read_back->history;
    std::string all;
    for (const Operation& o : history.operations()) {
      constexpr std::string_view kOutcomes[] = {"ok", "fail", "info", "open"};
      all += std::to_string(history.process_number(o)) + ' ';
      all += to_string(o.f);
      for (const std::string_view part :
           {history.text(o.key), history.text(o.value), kOutcomes[static_cast<std::size_t>(o.outcome)]})
        (all += ' ') += part;
      all += '\n';
    }
    return all;
  }

  std::filesystem::path path_;
};

TEST_F(ForeignFile, TheShapesThatJepsenHasWrittenAreOne) {
  const std::string told_plain = told(
      "{:index 0, :time 5, :type :invoke, :process 0, :f :write, :value 1}\n"
      "{:index 1, :time 9, :type :ok, :process 0, :f :write, :value 1}\n");
  EXPECT_EQ(told_plain, "0 write object 1 ok\n");
  EXPECT_EQ(told("{:type :invoke, :f :write, :value 1, :process 0, :time 5, :index 0}\n"
                 "{:type :ok, :f :write, :value 1, :process 0, :time 9, :index 1}\n"),
            told_plain);
  EXPECT_EQ(told("#jepsen.history.Op{:index 0, :time 5, :type :invoke, :process 0, :f :write, :value 1}\n"
                 "#jepsen.history.Op{:index 1, :time 9, :type :ok, :process 0, :f :write, :value 1}\n"),
            told_plain);
  EXPECT_EQ(told("; from an analysis\n[{:process 0, :type :invoke, :f :write, :value 1}\n"
                 " {:process 0, :type :ok, :f :write, :value 1}]"),
            told_plain);
  EXPECT_EQ(told("({:process 0, :type :invoke, :f :write, :value 1}"
                 " {:process 0, :type :ok, :f :write, :value 1})\n"),
            told_plain);
}

TEST_F(ForeignFile, TheNemesisIsSkippedAndCounted) {
  const auto history = read(
      "{:process :nemesis, :type :info, :f :start-partition, :value :majority}\n"
      "{:process 0, :type :invoke, :f :read, :value nil}\n"
      "{:process :nemesis, :type :info, :f :start-partition, :value [:isolated {\"n1\" #{\"n3\"}}]}\n"
      "{:process 0, :type :ok, :f :read, :value 3}\n");
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->skipped, 2U);
  EXPECT_EQ(history->history.operations().size(), 1U);
}

TEST_F(ForeignFile, KeysAreTakenOutOfValues) {
  EXPECT_EQ(told("{:process 0, :type :invoke, :f :read, :value [7 nil]}\n"
                 "{:process 1, :type :invoke, :f :cas, :value [\"x\" [1 2]]}\n"
                 "{:process 0, :type :ok, :f :read, :value [7 [1 2]]}\n"
                 "{:process 1, :type :info, :f :cas, :value :timed-out}\n"),
            "0 read 7 [1,2] ok\n1 cas x [1,2] info\n");
}

TEST_F(ForeignFile, APairThatIsAValueIsReadAgainAsOne) {
  EXPECT_EQ(told("{:process 0, :type :invoke, :f :write, :value [1 2]}\n"
                 "{:process 0, :type :ok, :f :write, :value [1 2]}\n"
                 "{:process 0, :type :invoke, :f :read, :value nil}\n"
                 "{:process 0, :type :ok, :f :read, :value [1 2]}\n"),
            "0 write object [1,2] ok\n0 read object [1,2] ok\n");
}

TEST_F(ForeignFile, AddsToWhatReadsAsANumberAreIncrements) {
  EXPECT_EQ(told("{:process 0, :type :invoke, :f :add, :value 2}\n"
                 "{:process 0, :type :ok, :f :add, :value 2}\n"
                 "{:process 0, :type :invoke, :f :read, :value nil}\n"
                 "{:process 0, :type :ok, :f :read, :value 2}\n"),
            "0 increment object 2 ok\n0 read object 2 ok\n");
  EXPECT_EQ(told("{:process 0, :type :invoke, :f :add, :value 2}\n"
                 "{:process 0, :type :ok, :f :add, :value 2}\n"
                 "{:process 0, :type :invoke, :f :read, :value nil}\n"
                 "{:process 0, :type :ok, :f :read, :value #{2 1}}\n"),
            "0 add object 2 ok\n0 read object [1,2] ok\n");
}

TEST_F(ForeignFile, WhereNothingIsEverNilAReadOfNilTellsNothing) {
  std::ofstream(path_, std::ios::binary) << "{:process 0, :type :invoke, :f :read, :value nil}\n"
                                            "{:process 0, :type :ok, :f :read, :value nil}\n";
  const auto absent = read_history(path_, Format::edn);
  const auto unknown = read_history(path_, Format::edn, "0");
  ASSERT_TRUE(absent && unknown);
  EXPECT_EQ(absent->operations()[0].outcome, Outcome::ok);
  EXPECT_EQ(unknown->operations()[0].outcome, Outcome::fail);
}

TEST_F(ForeignFile, TransactionsKeepTheirSteps) {
  EXPECT_EQ(told("{:process 0, :type :invoke, :f :txn, :value [[:r 1 nil] [:append :x 2]]}\n"
                 "{:process 0, :type :ok, :f :txn, :value [[:r 1 [1 2]] [:append :x 2]]}\n"),
            "0 txn  [[\"r\",1,[1,2]],[\"append\",\":x\",2]] ok\n");
}

TEST_F(ForeignFile, LogLinesAreOperationsOrSkipped) {
  const auto history = read(
      "2026-01-01 00:00:00 INFO jepsen.core - Running test\n"
      "INFO  jepsen.util - 0\t:invoke\t:write\t3\n"
      "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
      "1\t:invoke\t:cas\t[3 4]\n"
      "INFO  jepsen.util - 0\t:info\t:write\t:timed-out\n"
      "1\t:fail\t:cas\t[3 4]\t[:mismatch]\n");
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->skipped, 2U);
  ASSERT_EQ(history->history.operations().size(), 2U);
  EXPECT_EQ(history->history.operations()[0].outcome, Outcome::info);
  EXPECT_EQ(history->history.operations()[1].outcome, Outcome::fail);
}

TEST_F(ForeignFile, WhatIsWrongIsNamedWithItsLine) {
  const std::string begun = "{:process 0, :type :invoke, :f :write, :value 1}\n";
  const auto second = [&](std::string_view line) { return told(begun + std::string(line)); };
  EXPECT_EQ(second("{:process 0, :type :done, :f :write, :value 1}"),
            "2: :type is \":done\", expected :invoke, :ok, :fail or :info");
  EXPECT_EQ(second("{:type :ok, :f :write, :value 1}"),
            "2: :process is missing, expected a number from 0 to 2147483647, or a word such as :nemesis");
  EXPECT_TRUE(
      second("{:process 0, :type :ok, :f :wriet, :value 1}").starts_with("2: :f is \":wriet\", which is"));
  EXPECT_EQ(second("{:process 0, :type :ok, :f :write, :f :read}"), "2: :f appears twice");
  EXPECT_EQ(second("7"),
            "2: '7' begins no map, expected an operation such as {:type :invoke, :process 0, :f "
            ":read, :value nil}");
  EXPECT_TRUE(second(begun).starts_with("2: process 0 invokes write while its write of index 0 is open"));
  EXPECT_TRUE(
      second("{:process 3, :type :ok, :f :write, :value 1}").starts_with("2: ok of process 3, which has no"));
  EXPECT_TRUE(told("[" + begun).starts_with("2: truncated: the history ends without its closing bracket"));
  EXPECT_TRUE(second("{:process 0, :type ").starts_with("2: truncated"));
  EXPECT_TRUE(told("INFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 0\t:ok\t:wri")
                  .starts_with("2: the line ends in the middle of an operation"));
}

}  // namespace
}  // namespace fracas::checker
