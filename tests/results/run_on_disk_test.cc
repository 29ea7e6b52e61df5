// The folders that the other tests of this folder read, and that they are what the checker reads too.
#include "tests/results/run_on_disk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "checker/evidence.h"
#include "checker/history.h"

namespace fracas::results {

using checker::Event;
using checker::EventType;
using checker::Function;

RunOnDisk::RunOnDisk() {
  std::string pattern = (std::filesystem::temp_directory_path() / "fracas-results-XXXXXX").string();
  const char* made = mkdtemp(pattern.data());
  EXPECT_NE(made, nullptr) << pattern;
  path_ = pattern;
}

RunOnDisk::~RunOnDisk() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void RunOnDisk::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
}

std::string RunOnDisk::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
  return std::move(text).str();
}

namespace {

ordered_json first_run_json() {
  return ordered_json::parse(R"({"version": "0.1.0", "name": "some-run", "seed": 7, "world": "local",
      "reproduce": "fracas run --seed 7", "nodes": ["n1", "n2", "n3"], "started_utc": "2026-11-21T14:02:11Z",
      "wall_start_us": 1795269731000000, "phases": [], "interrupted": false, "error": null, "notes": [],
      "settlement": null, "conflict": "siblings"})");
}

constexpr const char* kFaultLog =
    R"jsonl({"event":"begin","id":0,"kind":"process.kill","target":["n1"],"parameters":{"after":"1s"},"time_ns":6000000000}
{"event":"begin","id":1,"kind":"clock.jump","target":["n2"],"parameters":{},"time_ns":7000000000}
{"event":"skew","node":"n2","time_ns":7100000000,"skew_ns":-60000000000}
{"event":"skew","node":"n2","time_ns":9000000000,"skew_ns":1200000}
{"event":"node-exit","node":"n3","status":"signal 6","time_ns":8000000000,"output":"abort()"}
{"event":"end","id":0,"time_ns":8500000000,"effect":{"restart_ms":412.5},"took_effect":true}
{"event":"end","id":1,"time_ns":9000000000,"effect":{},"took_effect":false}
)jsonl";

}  // namespace

void RunOnDisk::begin() const {
  write("experiment.json", ordered_json::parse(R"({"name": "some-run", "store": {"nodes": 3, "n": 3},
      "fault": [{"kind": "process.kill"}]})"));
  write("plan.json", ordered_json::parse(R"({"seed": 7, "faults": [{"id": 0, "kind": "process.kill"},
      {"id": 1, "kind": "clock.jump"}]})"));
  write("run.json", first_run_json());
}

void RunOnDisk::complete(const std::vector<ordered_json>& verdicts) const {
  begin();
  ordered_json run = first_run_json();
  run["phases"] = ordered_json::parse(R"([{"name": "steady", "begin_ns": 0, "end_ns": 5000000000},
      {"name": "torment", "begin_ns": 5000000000, "end_ns": 40000000000}])");
  run["settlement"] = ordered_json::parse(
      R"({"exchanges_completed": true, "hints_pending": 0, "seconds": 1.5, "reason": ""})");
  run["notes"] = ordered_json::array({"two cores"});
  write("run.json", run);
  write("faults.jsonl", std::string(kFaultLog));
  HistoryText history;
  history.add({.value = "\"a\"", .begin_ns = kSecond, .end_ns = kSecond + 1'000'000})
      .add({.value = "\"b\"", .begin_ns = 2 * kSecond, .end_ns = 2 * kSecond + 3'000'000})
      .add(
          {.f = Function::read, .value = "\"a\"", .begin_ns = 3 * kSecond, .end_ns = 3 * kSecond + 2'000'000})
      .add({.value = "\"c\"",
            .outcome = EventType::info,
            .begin_ns = 4 * kSecond,
            .end_ns = 5 * kSecond,
            .error = "timeout: no answer within 1 s"})
      .add({.value = "\"d\"",
            .outcome = EventType::fail,
            .begin_ns = 6 * kSecond,
            .end_ns = 6 * kSecond,
            .error = "refused: connection refused"});
  write("history.jsonl", history.text());
  write("verdicts.json", ordered_json(verdicts));
}

HistoryText& HistoryText::add(const Op& op) {
  Event event;
  event.index = index_++;
  event.time_ns = op.begin_ns;
  event.process = process_;
  event.f = op.f;
  event.key = op.key;
  event.value = op.f == Function::read ? "null" : op.value;
  event.node = "n1";
  event.final = op.final;
  checker::append_line(text_, event);
  event.index = index_++;
  event.time_ns = op.end_ns;
  event.type = op.outcome;
  event.value = op.value;
  event.error = op.error;
  checker::append_line(text_, event);
  if (op.outcome == EventType::info) ++process_;
  return *this;
}

ordered_json verdict(const std::string& name, const ordered_json& changes) {
  ordered_json json =
      ordered_json::parse(R"({"name": "", "promise": "guaranteed", "promise_reason": "r + w > n",
      "result": "holds", "reason": "", "expected": "met", "count": 0, "checked": 2, "seconds": 0.25, "witnesses": []})");
  json["name"] = name;
  json.update(changes);
  return json;
}

TEST(RunOnDiskTest, TheCheckerReadsItsHistoryAndFaults) {
  RunOnDisk run;
  run.complete({});
  const auto history = checker::read_history(run.path() / "history.jsonl");
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->operations().size(), 5U);
  const auto faults = checker::read_faults(run.path() / "faults.jsonl");
  ASSERT_TRUE(faults) << faults.error().to_string();
}

}  // namespace fracas::results
