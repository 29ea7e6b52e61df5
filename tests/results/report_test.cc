// The report object and its two files, for runs of every ending.
#include "results/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "results/page.h"
#include "tests/results/run_on_disk.h"

namespace fracas::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ordered_json build(const RunOnDisk& run) {
  auto report = build_report(run.path());
  EXPECT_TRUE(report) << report.error();
  return report ? *report : ordered_json();
}

std::vector<std::string> keys(const ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

ordered_json witness(const std::string& explanation, const std::vector<int>& operations) {
  return {{"explanation", explanation}, {"operations", operations}};
}

ordered_json violated(const std::string& name, const std::vector<ordered_json>& witnesses) {
  return verdict(
      name,
      {{"result", "violated"}, {"expected", "unmet"}, {"count", witnesses.size()}, {"witnesses", witnesses}});
}

/// Writes the report and runs check_report.py on it. What it prints are the problems.
void expect_sound_files(const RunOnDisk& run, const ordered_json& report) {
  const auto written = write_report(run.path(), report);
  ASSERT_TRUE(written) << written.error();
  const std::string source = FRACAS_SOURCE_DIR;
  const std::string command = "/usr/bin/python3 '" + source + "/tests/results/check_report.py' '" + source +
                              "/results/schema/report.schema.json' '" + run.path().string() + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), size);
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(status, 0) << output;
}

TEST(Report, HasTheDocumentedKeysInOrder) {
  RunOnDisk run;
  run.complete({violated("regular", {witness("why", {0, 4})})});
  const ordered_json report = build(run);
  EXPECT_THAT(keys(report),
              ElementsAre("schema", "verdict", "reason", "reproduce", "experiment", "seed", "world",
                          "operations", "properties", "faults", "convergence", "staleness", "planned_faults",
                          "phases", "notes", "node_exits", "environment", "series"));
  EXPECT_THAT(keys(report["properties"][0]),
              ElementsAre("name", "promise", "promise_reason", "result", "reason", "expected", "count",
                          "checked", "seconds", "witnesses"));
  EXPECT_EQ(report["reproduce"], "fracas run --seed 7");
  EXPECT_EQ(report["seed"], 7);
}

TEST(Report, LeavesTheVerdictToTheJudge) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  EXPECT_EQ(build(run)["reason"], "The run has not been judged.");
}

TEST(Report, CountsOperationsAndMeasuresStaleness) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  const ordered_json report = build(run);
  const ordered_json& operations = report["operations"];
  EXPECT_EQ(operations["total"], 5);
  EXPECT_EQ(operations["ok"], 3);
  EXPECT_EQ(operations["fail"], 1);
  EXPECT_EQ(operations["info"], 1);
  EXPECT_EQ(operations["latency_ms"], ordered_json({{"p50", 2.0}, {"p99", 3.0}, {"max", 3.0}}));
  EXPECT_EQ(operations["per_second"], 0.6);  // 3 in the 5 s from the first invocation to the last completion
  EXPECT_EQ(operations["errors"][0]["error"], "refused");
  const ordered_json& staleness = report["staleness"];
  EXPECT_EQ(staleness["stale_reads"], 1);
  EXPECT_EQ(staleness["reads"], 1);
  EXPECT_EQ(staleness["p99_ms"], 997.0);
  EXPECT_EQ(staleness["max_versions"], 1);
}

TEST(Report, ShowsTheMeasuredEffectOfFaults) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  const ordered_json report = build(run);
  EXPECT_EQ(report["faults"][0]["effect"], ordered_json({{"restart_ms", 412.5}}));
  EXPECT_EQ(report["faults"][0]["start_s"], 6.0);
  EXPECT_EQ(report["faults"][0]["end_s"], 8.5);
  EXPECT_EQ(report["environment"]["largest_skew_ms"], ordered_json({{"n2", -60000.0}}));
  EXPECT_EQ(report["node_exits"][0]["status"], "signal 6");
}

TEST(Report, ConvergenceIsWhatThePropertySays) {
  RunOnDisk run;
  run.complete({verdict("convergence")});
  EXPECT_EQ(build(run)["convergence"]["converged"], true);
  run.complete({verdict("convergence", {{"result", "violated"}})});
  EXPECT_EQ(build(run)["convergence"]["converged"], false);
  run.complete({verdict("convergence", {{"result", "unknown"}, {"reason", "no dumps"}})});
  EXPECT_EQ(build(run)["convergence"]["converged"], nullptr);
}

TEST(Report, ShowsTheOperationsOfAWitness) {
  RunOnDisk run;
  run.complete({violated("regular", {witness("the read missed \"b\"", {2, 4, 6})})});
  const ordered_json operations = build(run)["properties"][0]["witnesses"][0]["operations"];
  ASSERT_EQ(operations.size(), 3U);
  EXPECT_EQ(operations[1]["f"], "read");
  EXPECT_EQ(operations[1]["value"], "a");
  EXPECT_EQ(operations[1]["invoked_s"], 3.0);
  EXPECT_EQ(operations[2]["outcome"], "info");
  EXPECT_EQ(operations[2]["error"], "timeout: no answer within 1 s");
}

TEST(Report, AWitnessOfAnotherHistoryIsAnError) {
  RunOnDisk run;
  run.complete({violated("regular", {witness("why", {3})})});  // a completion
  const auto report = build_report(run.path());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error(), HasSubstr("verdicts.json: regular: a witness names event 3"));
}

TEST(Report, ABrokenHistoryIsNamedByFileAndLine) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  run.write("history.jsonl", run.read("history.jsonl") + "{\"index\":10,");
  const auto report = build_report(run.path());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error(), HasSubstr("history.jsonl:11"));
}

TEST(ReportFiles, OfACompleteRunAreSound) {
  RunOnDisk run;
  run.complete({verdict("regular"), violated("read-your-writes", {witness("why", {0, 2})})});
  ordered_json report = build(run);
  report["verdict"] = "fail";
  expect_sound_files(run, report);
}

TEST(ReportFiles, OfARunThatHadOnlyBegunAreSound) {
  RunOnDisk run;
  run.begin();
  const ordered_json report = build(run);
  EXPECT_EQ(report["operations"]["latency_ms"]["p50"], nullptr);
  expect_sound_files(run, report);
}

TEST(ReportFiles, OfAnInterruptedRunAreSound) {
  RunOnDisk run;
  run.complete({});
  std::filesystem::remove(run.path() / "verdicts.json");
  const std::string log = run.read("faults.jsonl");
  run.write("faults.jsonl", log.substr(0, log.find("{\"event\":\"end\"")));
  ordered_json run_json = ordered_json::parse(run.read("run.json"));
  run_json["interrupted"] = true;
  run_json["phases"][1]["end_ns"] = nullptr;
  run.write("run.json", run_json);
  ordered_json report = build(run);
  report["verdict"] = "interrupted";
  EXPECT_EQ(report["faults"][0]["end_s"], nullptr);
  expect_sound_files(run, report);
}

TEST(ReportFiles, WithHostileTextsAreSound) {
  const std::string hostile =
      "</script><script>alert(1)</script> \"'& {{data}} <!-- \xE2\x80\xA8 k\xC3\xA4se \xF0\x9F\x94\xA5";
  RunOnDisk run;
  run.complete({violated("regular", {witness(hostile, {0, 10})})});
  HistoryText history;
  for (int i = 0; i < 5; ++i) history.add({.key = "k", .value = "1", .begin_ns = i, .end_ns = i});
  history.add({.key = hostile, .value = ordered_json(hostile).dump(), .begin_ns = 9, .end_ns = 10});
  run.write("history.jsonl", history.text());
  ordered_json run_json = ordered_json::parse(run.read("run.json"));
  run_json["name"] = hostile;
  run_json["reproduce"] = hostile;
  run_json["notes"] = ordered_json::array({hostile});
  run.write("run.json", run_json);
  run.write("faults.jsonl", ordered_json({{"event", "begin"},
                                          {"id", 0},
                                          {"kind", "process.kill"},
                                          {"target", std::vector<std::string>{hostile}},
                                          {"time_ns", 1}})
                                    .dump() +
                                "\n");
  const ordered_json report = build(run);
  EXPECT_EQ(report["properties"][0]["witnesses"][0]["operations"][1]["value"], hostile);
  expect_sound_files(run, report);
  EXPECT_THAT(run.read("report.html"), Not(HasSubstr("<script>alert")));
}

TEST(ReportFiles, AreReplacedInOneStep) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  run.write("report.json", std::string("old"));
  ASSERT_TRUE(write_report(run.path(), build(run)));
  EXPECT_TRUE(ordered_json::accept(run.read("report.json")));
  EXPECT_FALSE(std::filesystem::exists(run.path() / "report.json.new"));
  EXPECT_FALSE(std::filesystem::exists(run.path() / "report.html.new"));
}

TEST(ReportFiles, AFolderThatCannotBeWrittenIsNamed) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  const auto written = write_report(run.path() / "nowhere", build(run));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("report.json.new: cannot be written"));
}

TEST(Page, SaysTheVerdictFirst) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  ordered_json report = build(run);
  report["verdict"] = "vacuous";
  report["reason"] = "no fault took effect";
  const std::string page = render_page(report);
  EXPECT_LT(page.find("no fault took effect"), page.find("What was tested"));
  EXPECT_THAT(page, HasSubstr("clock.jump never took effect"));
  EXPECT_THAT(page, HasSubstr("n3 ended by itself 8 s into the run (signal 6)."));
}

TEST(Page, SaysWhatAFaultDidInWordsAndNotInJson) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  ordered_json report = build(run);
  std::vector<std::string> cut;
  for (int i = 0; i < 40; ++i) cut.push_back("n1>n" + std::to_string(i));
  report["faults"][0]["parameters"] = {{"cut", cut}, {"shape", "isolate"}};
  report["faults"][0]["effect"] = {
      {"nodes",
       {{"n1", {{"skew_ms", {{"max", -1}, {"min", -9}}}, {"restarted_after_ms", 2001.4}}},
        {"n2", {{"restarted_after_ms", 2010.1}}}}},
      {"links", {{"n1>n2", {{"bytes_held", 1}}}}},
      {"bytes_held", 7},
      {"skew_ms", {{"max", -1}, {"min", -9}}},
      {"reason", "too late"}};
  const std::string page = render_page(report);
  EXPECT_THAT(page,
              HasSubstr("bytes held 7, restarted after 2001 to 2010 ms, skew -9 to -1 ms, reason: too late"));
  EXPECT_THAT(page, HasSubstr("n1&gt;n11 and 28 more, shape isolate"));
}

TEST(Page, WhatCouldNotBeDecidedIsNotCalledMet) {
  RunOnDisk run;
  run.complete({verdict("regular")});
  ordered_json report = build(run);
  report["properties"][0]["result"] = "unknown";
  EXPECT_THAT(render_page(report), HasSubstr("<td>undecided</td>"));
}

TEST(Page, FoldsManyWitnesses) {
  std::vector<ordered_json> witnesses;
  for (int i = 0; i < 100; ++i) witnesses.push_back(witness("reason " + std::to_string(i), {0}));
  RunOnDisk run;
  run.complete({violated("regular", witnesses)});
  const std::string page = render_page(build(run));
  const auto fold = page.find("<summary>95 more</summary>");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_LT(page.find("reason 4<"), fold);
  EXPECT_GT(page.find("reason 5<"), fold);
}

TEST(Page, CarriesTheLicenceOfWhatItContains) {
  RunOnDisk run;
  run.begin();
  EXPECT_THAT(render_page(build(run)),
              HasSubstr("This page contains uPlot 1.6.32.\n\nThe MIT License (MIT)"));
}

}  // namespace
}  // namespace fracas::results
