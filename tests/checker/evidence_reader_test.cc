// What the readers of faults.jsonl and replicas.jsonl take, and how they name what they refuse.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "checker/evidence.h"

namespace fracas::checker {
namespace {

class EvidenceFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("fracas-evidence-" + std::to_string(::getpid()) + "-" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::filesystem::path& with(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return path_;
  }
  template <typename T>
  static std::string error_of(const InputResult<T>& result) {
    return result ? "none" : std::to_string(result.error().line) + ": " + result.error().message;
  }

  std::filesystem::path path_;
};

TEST_F(EvidenceFile, PairsBeginAndEndAndKeepsTheLargestSkew) {
  const auto faults = read_faults(with(
      R"({"event":"begin","id":1,"kind":"clock.jump","target":["n4"],"parameters":{},"time_ns":100})"
      "\n"
      R"({"event":"skew","node":"n4","time_ns":150,"skew_ns":-60})"
      "\n"
      R"({"event":"skew","node":"n4","time_ns":160,"skew_ns":5})"
      "\n"
      R"({"event":"end","id":1,"kind":"clock.jump","time_ns":200,"effect":{"read":1},"took_effect":true})"
      "\n"
      R"({"event":"node-exit","node":"n2","status":9,"time_ns":300,"output":""})"
      "\n"));
  ASSERT_TRUE(faults) << error_of(faults);
  ASSERT_EQ(faults->size(), 2U);
  EXPECT_EQ(faults->at(0).end_ns, 200);
  EXPECT_EQ(faults->at(0).effect, R"({"read":1})");
  EXPECT_TRUE(faults->at(0).took_effect);
  EXPECT_EQ(faults->at(0).skew_ns, -60);
  EXPECT_EQ(faults->at(1).kind, "node-exit");
}

TEST_F(EvidenceFile, FaultsThatContradictThemselvesAreRefused) {
  EXPECT_EQ(
      error_of(read_faults(with(R"({"event":"end","id":1,"time_ns":1,"effect":{},"took_effect":true})"))),
      "1: fault 1 ends but has not begun");
  EXPECT_EQ(error_of(read_faults(with(R"({"event":"begun"})"))),
            "1: event is \"begun\", expected begin, end, skew or node-exit");
  EXPECT_EQ(error_of(read_faults(with(R"({"event":"begin","id":1,"kind":"k","target":"n1","time_ns":1})"))),
            "1: target is a text, expected an array of texts");
}

TEST_F(EvidenceFile, ReadsEveryReplicaOfAKey) {
  const auto dumps = read_dumps(with(
      R"({"key":"k","homes":["n1","n2"],"replicas":{"n1":{"values":["a",2],"clock":[1,"n1",2]},"n2":{"values":[],"clock":null}}})"));
  ASSERT_TRUE(dumps) << error_of(dumps);
  const KeyDump& dump = dumps->at(0);
  EXPECT_EQ(dump.homes, (std::vector<std::string>{"n1", "n2"}));
  ASSERT_EQ(dump.replicas.size(), 2U);
  EXPECT_EQ(dump.replicas[0].values, (std::vector<std::string>{"\"a\"", "2"}));
  EXPECT_EQ(dump.replicas[0].clock, R"([1,"n1",2])");
  EXPECT_EQ(dump.replicas[1].clock, "");
}

TEST_F(EvidenceFile, DumpsThatContradictThemselvesAreRefused) {
  const std::string line = R"({"key":"k","homes":[],"replicas":{}})";
  EXPECT_EQ(error_of(read_dumps(with(line + "\n" + line))), "2: key k appears twice");
  EXPECT_EQ(error_of(read_dumps(with(R"({"key":"k","homes":[]})"))), "1: replicas is missing");
  EXPECT_EQ(error_of(read_dumps(with(line + "\n" + line.substr(0, 12)))).substr(0, 12), "2: truncated");
}

}  // namespace
}  // namespace fracas::checker
