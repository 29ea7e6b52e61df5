// Many runs: worker processes that die and hang, the sum of what they came to, and the command on top.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "harness/cli.h"
#include "harness/commands/swarm.h"
#include "harness/marks.h"
#include "harness/swarm/tally.h"
#include "harness/swarm/workers.h"

namespace fracas::harness {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

// --- workers ---

struct Ended {
  std::map<std::uint64_t, JobEnd> jobs;
  bool stopped = false;
};

Ended run(
    std::uint64_t last, const WorkerOptions& options, const std::function<std::string(std::uint64_t)>& job,
    const std::function<Next(const JobEnd&)>& then = [](const JobEnd&) { return Next::go_on; }) {
  Ended ended;
  ended.stopped = run_jobs(
      1, last, options, job,
      [&](const JobEnd& end) {
        EXPECT_TRUE(ended.jobs.emplace(end.number, end).second) << end.number << " ended twice";
        return then(end);
      },
      [] {});
  return ended;
}

std::string number_of(std::uint64_t seed) { return std::to_string(seed); }

[[noreturn]] void sleep_for_ever() {
  while (true) pause();
}

TEST(Workers, DoEveryJobOnce) {
  const Ended ended = run(100, {.workers = 4}, number_of);
  ASSERT_EQ(ended.jobs.size(), 100U);
  for (const auto& [number, end] : ended.jobs) EXPECT_EQ(end.answer, std::to_string(number));
  EXPECT_FALSE(ended.stopped);
}

TEST(Workers, MoreOfThemThanJobsDoNoHarm) { EXPECT_EQ(run(2, {.workers = 8}, number_of).jobs.size(), 2U); }

TEST(Workers, OneThatDiesIsAResultAndTheOthersGoOn) {
  const Ended ended = run(20, {.workers = 2}, [](std::uint64_t seed) {
    if (seed == 7) {
      std::fputs("before\nAssertion `sound' failed.\n", stderr);
      signal(SIGABRT, SIG_DFL);
      raise(SIGABRT);
    }
    if (seed == 8) _exit(3);
    return number_of(seed);
  });
  ASSERT_EQ(ended.jobs.size(), 20U);
  EXPECT_FALSE(ended.jobs.at(7).answer);
  EXPECT_THAT(ended.jobs.at(7).death, HasSubstr("signal 6"));
  EXPECT_EQ(ended.jobs.at(7).last_words, "Assertion `sound' failed.");
  EXPECT_EQ(ended.jobs.at(8).death, "exit code 3");
  EXPECT_EQ(ended.jobs.at(20).answer, "20");
}

TEST(Workers, WhatAnEarlierJobPrintedIsNotTakenForLastWords) {
  const Ended ended = run(2, {.workers = 1}, [](std::uint64_t seed) {
    if (seed == 2) _exit(1);
    std::fputs("of the first\n", stderr);
    return number_of(seed);
  });
  EXPECT_EQ(ended.jobs.at(2).last_words, "");
}

TEST(Workers, OneThatNeverEndsIsKilledAtTheLimit) {
  const Ended ended = run(3, {.workers = 1, .limit_s = 0.3}, [](std::uint64_t seed) {
    if (seed == 2) sleep_for_ever();
    return number_of(seed);
  });
  EXPECT_EQ(ended.jobs.at(2).death, "no end within 0 s");
  EXPECT_FALSE(ended.jobs.at(2).stopped);
  EXPECT_EQ(ended.jobs.at(3).answer, "3");
}

TEST(Workers, AfterStopNoneBeginsAndThoseThatRunEnd) {
  bool stopping = false;
  int ended_later = 0;
  const Ended ended = run(1000, {.workers = 2}, number_of, [&](const JobEnd& end) {
    ended_later += stopping ? 1 : 0;
    stopping = stopping || end.number == 5;
    return end.number == 5 ? Next::stop : Next::go_on;
  });
  // How many the other worker ends while this one is at 5 is the scheduler's business; after that, its last.
  EXPECT_TRUE(stopping);
  EXPECT_LE(ended_later, 1);
  for (const auto& [number, end] : ended.jobs) EXPECT_TRUE(end.answer) << number;
  EXPECT_FALSE(ended.stopped);
}

TEST(Workers, AnInterruptEndsThemInOrderOrByForce) {
  const auto job = [](std::uint64_t seed) -> std::string {
    if (seed == 1) return "done";
    if (seed == 2) {
      signal(SIGTERM, [](int) { _exit(0); });
    } else {
      signal(SIGTERM, SIG_IGN);
    }
    sleep_for_ever();
  };
  const Ended ended = run(100, {.workers = 3, .limit_s = 60, .patience_s = 0.3}, job, [](const JobEnd& end) {
    if (end.number == 1) raise(SIGINT);
    return Next::go_on;
  });
  EXPECT_TRUE(ended.stopped);
  EXPECT_LE(ended.jobs.size(), 4U);
  for (const auto& [number, end] : ended.jobs) EXPECT_EQ(end.stopped, number != 1) << number;
}

// --- the sum of many runs ---

SwarmRun passed(std::uint64_t seed = 1) {
  SwarmRun run;
  run.seed = seed;
  run.verdict = "pass";
  run.sentence = "7 guaranteed properties hold";
  run.ok = 100;
  run.fail = 10;
  run.info = 1;
  run.faults = {{"process.kill", 2}, {"process.pause", 1}};
  run.world_s = 10;
  run.coverage = {"here"};
  return run;
}

SwarmRun ended(Exit exit, std::string verdict, std::string property = "") {
  SwarmRun run = passed();
  run.exit = exit;
  run.verdict = std::move(verdict);
  run.property = std::move(property);
  return run;
}

TEST(SwarmTally, AddsUp) {
  SwarmTally tally({"here", "nowhere"});
  tally.add(passed(1));
  tally.add(passed(2));
  EXPECT_EQ(tally.exit(false), Exit::pass);
  EXPECT_EQ(tally.sentence(false), "2 runs passed, none failed");
  EXPECT_THAT(tally.never_reached(), ElementsAre("nowhere"));
  const std::string text = tally.text(2, 1);
  EXPECT_THAT(text, HasSubstr("2: pass 2"));
  EXPECT_THAT(text, HasSubstr("ok 200, fail 20, info 2"));
  EXPECT_THAT(text, HasSubstr("process 6"));
  EXPECT_THAT(text, HasSubstr("10 times the clock"));
  EXPECT_THAT(text, HasSubstr("1 of 2 marks reached; never: nowhere"));
}

TEST(SwarmTally, OneFailureAmongManyFails) {
  SwarmTally tally({});
  tally.add(passed());
  tally.add(ended(Exit::violated, "fail", "regular"));
  EXPECT_EQ(tally.exit(false), Exit::violated);
  EXPECT_EQ(tally.exit(true), Exit::violated);
  EXPECT_EQ(tally.sentence(false), "1 of 2 runs failed (regular 1)");
  tally.add(ended(Exit::environment, "died"));
  EXPECT_EQ(tally.exit(false), Exit::environment);
}

TEST(SwarmTally, RunsThatSayNothingAreCountedAndFailNothing) {
  SwarmTally tally({});
  tally.add(ended(Exit::unknown, "unknown"));
  EXPECT_EQ(tally.exit(false), Exit::unknown);
  tally.add(ended(Exit::vacuous, "vacuous"));
  EXPECT_EQ(tally.exit(false), Exit::vacuous);
  EXPECT_EQ(tally.verdict(false), "vacuous");
  tally.add(passed());
  EXPECT_EQ(tally.exit(false), Exit::pass);
  EXPECT_EQ(tally.sentence(false), "1 run passed, none failed; 2 runs did not count");
  EXPECT_EQ(tally.exit(true), Exit::interrupted);
}

TEST(SwarmTally, ARunTravelsAsText) {
  SwarmRun run = ended(Exit::violated, "fail", "regular");
  run.folder = "there";
  run.reproduce = "fracas run";
  run.wall_s = 0.5;
  EXPECT_EQ(to_text(swarm_run_from(to_text(run))), to_text(run));
  EXPECT_EQ(swarm_run_from(to_text(run)).exit, Exit::violated);
}

TEST(SwarmTally, TimesReadWell) {
  EXPECT_EQ(time_text(3.21), "3.2 s");
  EXPECT_EQ(time_text(65), "1:05");
  EXPECT_EQ(time_text(3723), "1:02:03");
}

TEST(Marks, HaveDifferentNamesAndSentences) {
  std::set<std::string_view> names;
  for (const MarkInfo& info : marks()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.sentence.empty());
  }
  Marks reached;
  reached.reach(Mark::fault_cut_short);
  EXPECT_THAT(reached.names(), ElementsAre("fault_cut_short"));
}

// --- the command ---

TEST(SwarmSeeds, AreARange) {
  ASSERT_TRUE(parse_seeds("3..17"));
  EXPECT_EQ(parse_seeds("3..17")->first, 3U);
  EXPECT_EQ(parse_seeds("3..17")->last, 17U);
  EXPECT_EQ(parse_seeds("7")->last, 7U);
  for (const char* wrong :
       {"", "..", "1..", "..2", "0..3", "5..4", "1...3", "1..x", "-1..3", "1..99999999999999999999"})
    EXPECT_FALSE(parse_seeds(wrong)) << wrong;
}

class SwarmCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fracas-swarm-" + std::to_string(getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Exit fracas(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    Console console{out_, err_};
    return run_command_line(arguments, console);
  }
  Exit swarm(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"run", "--world", "sim", "--out", folder_.string()});
    return fracas(std::move(arguments));
  }
  nlohmann::json summary() { return nlohmann::json::parse(out_.str()); }

  fs::path folder_;
  std::ostringstream out_, err_;
};

TEST_F(SwarmCommand, RunsEverySeedAndLeavesNothingOfThoseThatPass) {
  EXPECT_EQ(swarm({"partition", "--seeds", "1..4", "--duration", "2s", "--json"}), Exit::pass) << err_.str();
  EXPECT_EQ(summary()["runs"], 4);
  EXPECT_EQ(summary()["verdicts"]["pass"], 4);
  EXPECT_GT(summary()["operations"]["ok"], 100);
  EXPECT_GT(summary()["faults"].size(), 0U);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder_)) left.push_back(entry.path().filename());
  EXPECT_THAT(left, ElementsAre("swarm.json"));
  EXPECT_THAT(err_.str(), HasSubstr("verdict: pass\n"));
  EXPECT_THAT(err_.str(), EndsWith("fracas run --seeds 1..4 partition --set duration=2s --world sim\n"));
}

TEST_F(SwarmCommand, TellsAFailureAndKeepsItsRun) {
  EXPECT_EQ(swarm({"bug-first-reply-wins", "--seeds", "1..50", "--json"}), Exit::violated) << err_.str();
  const nlohmann::json failure = summary()["failures"][0];
  EXPECT_EQ(failure["property"], "regular");
  EXPECT_TRUE(fs::exists(fs::path(failure["folder"].get<std::string>()) / "report.html"));
  EXPECT_LT(summary()["runs"], 50) << "it stops at the first failure";
  const std::string seed = std::to_string(failure["seed"].get<int>());
  EXPECT_EQ(failure["reproduce"], "fracas run bug-first-reply-wins --world sim --seed " + seed);
  EXPECT_THAT(err_.str(), HasSubstr("seed " + seed + ": fail: regular is guaranteed but was violated"));
  EXPECT_THAT(err_.str(),
              HasSubstr("  again:  fracas run bug-first-reply-wins --world sim --seed " + seed + "\n"));
}

TEST_F(SwarmCommand, KeepsGoingIfTold) {
  EXPECT_EQ(swarm({"bug-first-reply-wins", "--seeds", "1..6", "--keep-going", "--json"}), Exit::violated);
  EXPECT_EQ(summary()["runs"], 6);
}

TEST_F(SwarmCommand, AFailureFailsAgainAlone) {
  swarm({"bug-first-reply-wins", "--seeds", "1..50", "--json"});
  const std::string seed = std::to_string(summary()["failures"][0]["seed"].get<int>());
  const std::string reason = summary()["failures"][0]["reason"];
  const std::string alone = (folder_ / "alone").string();
  EXPECT_EQ(
      fracas({"run", "bug-first-reply-wins", "--world", "sim", "--seed", seed, "--out", alone, "--json"}),
      Exit::violated);
  EXPECT_EQ(summary()["reason"], reason);
}

TEST_F(SwarmCommand, WithoutAnExperimentEachSeedDrawsItsOwn) {
  EXPECT_EQ(swarm({"--seeds", "1..3", "--dry-run"}), Exit::pass);
  std::istringstream lines(out_.str());
  std::set<std::string> shapes;
  for (std::string line; std::getline(lines, line);) shapes.insert(line.substr(line.find(',')));
  EXPECT_EQ(shapes.size(), 3U) << out_.str();
  EXPECT_EQ(fracas({"run", "swarm", "--world", "sim", "--seed", "2", "--dry-run"}), Exit::pass) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"sim\""));
}

TEST_F(SwarmCommand, SettingsHoldForEveryDraw) {
  EXPECT_EQ(fracas({"run", "swarm", "--seed", "2", "--set", "store.conflict=lww", "--set",
                    "workload.kind=set", "--dry-run", "--json"}),
            Exit::pass)
      << err_.str();
  EXPECT_EQ(summary()["experiment"]["store"]["conflict"], "lww");
  EXPECT_EQ(summary()["experiment"]["workload"]["kind"], "set");
}

TEST_F(SwarmCommand, MistakesAreSaidBeforeAnythingRuns) {
  EXPECT_EQ(swarm({"no-such-experiment", "--seeds", "1..3"}), Exit::usage);
  EXPECT_EQ(swarm({"--seeds", "1..3", "--set", "store.rr=1"}), Exit::usage);
  EXPECT_THAT(err_.str(), HasSubstr("there is no key 'rr' in [store]"));
  EXPECT_EQ(swarm({"--seeds", "3..1"}), Exit::usage);
  EXPECT_EQ(swarm({"--seeds", "1..3", "--seed", "4"}), Exit::usage);
  EXPECT_EQ(swarm({"--keep-going"}), Exit::usage);
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(SwarmCommand, ASettingThatSomeDrawsCannotTakeNamesTheSeed) {
  EXPECT_EQ(swarm({"--seeds", "1..200", "--set", "store.r=3"}), Exit::usage);
  EXPECT_THAT(err_.str(), HasSubstr("store.r"));
  EXPECT_THAT(err_.str(), HasSubstr("seed "));
}

}  // namespace
}  // namespace fracas::harness
