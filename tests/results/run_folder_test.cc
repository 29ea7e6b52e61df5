// Reading a run folder: what may be missing, and how each kind of damage is named.
#include "results/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/run_on_disk.h"

namespace fracas::results {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string problem_of(const RunOnDisk& run) {
  const auto folder = read_run_folder(run.path());
  return folder ? "" : folder.error().message;
}

TEST(RunFolder, ARunThatHasOnlyBegunIsReadable) {
  RunOnDisk run;
  run.begin();
  const auto folder = read_run_folder(run.path());
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_FALSE(folder->verdicts);
  EXPECT_TRUE(folder->log.faults.empty());
  EXPECT_EQ(folder->planned_faults, 2U);
}

TEST(RunFolder, AFaultHasItsBeginAndItsEnd) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  const auto folder = read_run_folder(run.path());
  ASSERT_TRUE(folder) << folder.error().message;
  ASSERT_EQ(folder->log.faults.size(), 2U);
  const FaultRecord& kill = folder->log.faults[0];
  EXPECT_EQ(kill.kind, "process.kill");
  EXPECT_EQ(kill.begin_ns, 6 * kSecond);
  EXPECT_EQ(kill.end_ns, 8'500'000'000);
  EXPECT_TRUE(kill.took_effect);
  EXPECT_FALSE(folder->log.faults[1].took_effect);
  ASSERT_EQ(folder->log.exits.size(), 1U);
  EXPECT_EQ(folder->log.exits[0].status, "signal 6");
}

TEST(RunFolder, AFaultWithoutEndDidNotShowAnEffect) {
  RunOnDisk run;
  run.begin();
  run.write(
      "faults.jsonl",
      std::string(R"({"event":"begin","id":4,"kind":"process.pause","target":["n1"],"time_ns":1})") + "\n");
  const auto folder = read_run_folder(run.path());
  ASSERT_TRUE(folder) << folder.error().message;
  ASSERT_EQ(folder->log.faults.size(), 1U);
  EXPECT_FALSE(folder->log.faults[0].end_ns);
  EXPECT_FALSE(folder->log.faults[0].took_effect);
}

TEST(RunFolder, AFolderThatIsNoneSaysSo) {
  RunOnDisk run;
  EXPECT_THAT(problem_of(run), EndsWith("experiment.json: cannot be read; is this a run folder?"));
}

TEST(RunFolder, BrokenJsonIsNamedByFileAndLine) {
  RunOnDisk run;
  run.begin();
  run.write("run.json", std::string("{\"version\": \"0.1.0\",\n \"name\": }\n"));
  EXPECT_THAT(problem_of(run), HasSubstr("run.json:2: not JSON"));
}

TEST(RunFolder, ABrokenLineOfFaultsIsNamedByItsNumber) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  run.write("faults.jsonl", run.read("faults.jsonl") + "{\"event\":\"begin\",\"id\":9,");
  EXPECT_THAT(problem_of(run), HasSubstr("faults.jsonl:8: not JSON"));
}

TEST(RunFolder, AWrongTypeIsNamedByItsPath) {
  RunOnDisk run;
  run.complete({verdict("regular"), verdict("durability", {{"count", -1}})});
  EXPECT_THAT(problem_of(run),
              EndsWith("verdicts.json: [1].count: wanted an integer that is not negative, found number"));
}

TEST(RunFolder, AMissingFieldIsNamed) {
  RunOnDisk run;
  run.begin();
  ordered_json document = ordered_json::parse(run.read("run.json"));
  document.erase("seed");
  run.write("run.json", document);
  EXPECT_THAT(problem_of(run), HasSubstr("run.json: \"seed\" is missing"));
}

TEST(RunFolder, AnEndWithoutBeginIsRefused) {
  RunOnDisk run;
  run.begin();
  run.write("faults.jsonl",
            std::string(R"({"event":"end","id":3,"time_ns":1,"effect":{},"took_effect":true})") + "\n");
  EXPECT_THAT(problem_of(run), EndsWith("faults.jsonl:1: fault 3 ends but never began"));
}

}  // namespace
}  // namespace fracas::results
