// The judge on small run folders: which exit code follows from which history, promise and expectation, and
// what is said about files that cannot be judged.
#include "harness/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/experiment.h"
#include "harness/judgement.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// A run folder of twelve writes and twelve reads on one key, to be spoiled by the tests.
class RunFolder : public testing::Test {
 protected:
  RunFolder() {
    folder_ = std::filesystem::temp_directory_path() /
              ("fracas-judge-" + std::to_string(getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    experiment_.seed = 7;
    experiment_.workload = "register";
    experiment_.store.conflict = store::Conflict::lww;
    run_ = {{"version", "0.1.0"},
            {"name", "t"},
            {"seed", 7},
            {"world", "local"},
            {"reproduce", "fracas run --seed 7"},
            {"nodes", {"n1", "n2", "n3"}},
            {"wall_start_us", 1'000'000},
            {"interrupted", false},
            {"error", nullptr},
            {"notes", Json::array()},
            {"conflict", "lww"},
            {"phases", {{{"name", "steady"}, {"begin_ns", 0}, {"end_ns", 9}}}},
            {"settlement",
             {{"exchanges_completed", true}, {"hints_pending", 0}, {"seconds", 0.1}, {"reason", ""}}}};
    for (int i = 1; i <= 12; ++i) {
      write(i);
      read(i);
    }
    dump(12);
  }
  ~RunFolder() override { std::filesystem::remove_all(folder_); }

  static Json stamp(int i) { return {1'000'000 + i, "n1#aa", i}; }

  void event(const char* type, const char* f, Json value, int i, const char* node = "n1") {
    Json line = {{"index", index_}, {"time", 1000 * index_},     {"type", type}, {"process", 0}, {"f", f},
                 {"key", "k0"},     {"value", std::move(value)}, {"node", node}};
    if (std::string(type) == "ok") line["clock"] = stamp(i);
    ++index_;
    history_ += line.dump() + "\n";
  }
  static std::string value(int i) { return "0-" + std::to_string(i); }
  void write(int i) {
    event("invoke", "write", value(i), i);
    event("ok", "write", value(i), i);
  }
  void read(int i, const char* node = "n1") {
    event("invoke", "read", nullptr, i, node);
    event("ok", "read", value(i), i, node);
  }
  void dump(int i) {
    const Json state = {{"values", {value(i)}}, {"clock", stamp(i)}};
    replicas_ = Json{{"key", "k0"},
                     {"homes", {"n1", "n2", "n3"}},
                     {"replicas", {{"n1", state}, {"n2", state}, {"n3", state}}}}
                    .dump() +
                "\n";
  }

  void save() {
    const auto file = [this](const char* name, const std::string& text) {
      std::ofstream(folder_ / name) << text;
    };
    file("experiment.json", to_json(experiment_).dump());
    file("plan.json", Json{{"seed", 7}, {"faults", plan_}}.dump());
    file("run.json", run_.dump(1));
    file("faults.jsonl", faults_);
    file("history.jsonl", history_);
    if (!replicas_.empty()) file("replicas.jsonl", replicas_);
  }
  Judgement judged() {
    save();
    Result<Judgement> judgement = judge_run(folder_);
    EXPECT_TRUE(judgement) << judgement.error().message;
    return judgement ? *judgement : Judgement{};
  }
  std::string refused() {
    save();
    const Result<Judgement> judgement = judge_run(folder_);
    if (judgement) return "judged: " + judgement->sentence;
    EXPECT_EQ(judgement.error().code, Exit::usage);
    std::string message = judgement.error().message;
    const std::string prefix = folder_.string() + "/";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  std::filesystem::path folder_;
  Experiment experiment_;
  Json run_, plan_ = Json::array();
  std::string history_, replicas_, faults_;
  int index_ = 0;
};

TEST_F(RunFolder, PassesWhenEverythingGuaranteedHolds) {
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::pass) << judgement.sentence;
  EXPECT_EQ(judgement.verdict, "pass");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "verdicts.json"));
}

TEST_F(RunFolder, FailsWhenAGuaranteeIsViolatedAndSaysWhich) {
  read(3);
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::violated);
  EXPECT_THAT(judgement.sentence, HasSubstr("guaranteed but was violated once"));
}

/// Guaranteed properties, each violated so many times.
std::vector<Judged> violated(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  std::vector<Judged> all;
  for (const auto& [property, count] : counts) {
    Judged judged;
    judged.verdict.property = property;
    judged.verdict.result = checker::Result::violated;
    judged.verdict.count = count;
    judged.promise.guaranteed = true;
    all.push_back(judged);
  }
  return all;
}

TEST(Conclusion, OpensWithTheViolationThatExplainsTheOthers) {
  EXPECT_EQ(conclude(violated({{"read-your-writes", 9}, {"regular", 118}, {"honest-failures", 3}}), {}, {})
                .sentence,
            "honest-failures is guaranteed but was violated 3 times (so were regular 118 times, "
            "read-your-writes 9 times)");
  EXPECT_THAT(conclude(violated({{"regular", 90}, {"durability", 2}}), {}, {}).sentence,
              StartsWith("durability is guaranteed"));
  EXPECT_THAT(conclude(violated({{"read-your-writes", 7}, {"regular", 30}}), {}, {}).sentence,
              StartsWith("regular is guaranteed"));
}

TEST(Conclusion, OpensWithAViolationBeforeAnExpectationThatWasNotMet) {
  std::vector<Judged> all = violated({{"no-phantoms", 0}, {"regular", 1}});
  all.front().verdict.result = checker::Result::holds;
  EXPECT_THAT(conclude(all, {{"no-phantoms", "violated"}}, {}).sentence, StartsWith("regular is guaranteed"));
}

TEST_F(RunFolder, TheSameAnomalyPassesWhereItIsNotPromisedAway) {
  experiment_.store.r = experiment_.store.w = 1;
  read(3);
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::pass) << judgement.sentence;
  EXPECT_THAT(judgement.sentence, HasSubstr("regular was violated once, which is not promised here"));
}

TEST_F(RunFolder, AnExpectedViolationThatHappensIsAPass) {
  experiment_.expect["regular"] = experiment_.expect["read-your-writes"] = "violated";
  read(3);
  EXPECT_EQ(judged().exit, Exit::pass);
}

TEST_F(RunFolder, AnExpectedViolationThatDoesNotHappenIsAFailure) {
  experiment_.expect["regular"] = "violated";
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::violated);
  EXPECT_EQ(judgement.sentence, "regular was expected to be violated, but it holds");
}

TEST_F(RunFolder, WhatIsExpectedToHoldMustHoldAlsoWhenNotPromised) {
  experiment_.store.r = experiment_.store.w = 1;
  experiment_.expect["regular"] = "holds";
  read(3);
  EXPECT_EQ(judged().exit, Exit::violated);
}

TEST_F(RunFolder, IsUndecidedWhenConvergenceCouldNotBeWaitedFor) {
  run_["settlement"]["exchanges_completed"] = false;
  run_["settlement"]["reason"] = "n1 and n2 did not finish an exchange";
  const Json old = {{"values", {value(11)}}, {"clock", stamp(11)}};
  Json line = Json::parse(replicas_);
  line["replicas"]["n2"] = old;
  replicas_ = line.dump() + "\n";
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::unknown) << judgement.sentence;
  EXPECT_THAT(judgement.sentence, StartsWith("convergence could not be decided: "));
}

TEST_F(RunFolder, AccusesNobodyOfWhatStandInsHaveNotHandedOver) {
  run_["settlement"]["hints_pending"] = 2;
  dump(11);
  EXPECT_EQ(judged().exit, Exit::violated) << "hints of coordinators are no acknowledgements";
  experiment_.store.placement = store::Placement::sloppy;
  experiment_.store.hints = store::Hints::fallback;
  EXPECT_EQ(judged().exit, Exit::unknown) << judged().sentence;
}

TEST_F(RunFolder, IsVacuousWhenHardlyAnythingSucceeded) {
  history_.clear();
  index_ = 0;
  write(1);
  read(1);
  dump(1);
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::vacuous);
  EXPECT_EQ(judgement.sentence, "too little was tested: acknowledged writes: 1 (at least 10 are needed)");
}

TEST_F(RunFolder, IsVacuousWhenNoPlannedFaultTookEffect) {
  plan_.push_back({{"id", 0}, {"kind", "process.kill"}});
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::vacuous);
  EXPECT_EQ(judgement.sentence, "nothing was tested: of 1 planned faults none took effect");
}

TEST_F(RunFolder, ViolationsGoBeforeInterruptionsAndEnvironmentErrorsBeforeAll) {
  run_["interrupted"] = true;
  EXPECT_EQ(judged().exit, Exit::interrupted);
  read(3);
  EXPECT_EQ(judged().exit, Exit::violated);
  run_["error"] = "n2 did not start";
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::environment);
  EXPECT_THAT(judgement.sentence, HasSubstr("n2 did not start"));
}

TEST_F(RunFolder, ARunThatWasCutShortCountsAsInterrupted) {
  run_["phases"] = Json::array();
  run_["settlement"] = nullptr;
  replicas_.clear();
  EXPECT_EQ(judged().exit, Exit::interrupted);
}

TEST_F(RunFolder, ClockFaultsThatBeganTakeBackWhatRestsOnClocks) {
  read(3);
  faults_ =
      R"({"event":"begin","id":0,"kind":"clock.jump","target":["n1"],"parameters":{},"time_ns":1})"
      "\n"
      R"({"event":"end","id":0,"kind":"clock.jump","target":["n1"],"parameters":{},"time_ns":5000,"effect":{},"took_effect":true})"
      "\n";
  const Judgement judgement = judged();
  for (const Judged& property : judgement.properties)
    EXPECT_NE(std::pair(property.verdict.property, property.promise.guaranteed),
              std::pair(std::string("regular"), true));
}

/// Found by `fracas bugs` (a store that acknowledged what a full disk had refused, and ended): it was excused
/// by its own end.
TEST_F(RunFolder, ANodeThatEndedByItselfTakesBackNoPromise) {
  read(3);
  faults_ = R"({"event":"node-exit","node":"n1","time_ns":1,"status":"exit code 74"})"
            "\n";
  const Judgement judgement = judged();
  EXPECT_EQ(judgement.exit, Exit::violated);
  EXPECT_THAT(judgement.sentence, HasSubstr("regular is guaranteed"));
}

TEST_F(RunFolder, IsLeftAloneWhenReadOnly) {
  save();
  ASSERT_TRUE(judge_run(folder_, true));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "verdicts.json"));
}

TEST_F(RunFolder, JudgesOnlyWhatIsNamed) {
  save();
  const Result<Judgement> judgement = judge_run(folder_, true, {"durability"});
  ASSERT_TRUE(judgement);
  ASSERT_EQ(judgement->properties.size(), 1U);
  EXPECT_EQ(judgement->properties.front().verdict.property, "durability");
  EXPECT_THAT(judge_run(folder_, true, {"durabilty"}).error().message,
              HasSubstr("did you mean 'durability'?"));
}

TEST_F(RunFolder, VerdictsAreWrittenAsTheReportReadsThem) {
  read(3);
  const Judgement judgement = judged();
  std::ifstream in(folder_ / "verdicts.json");
  const Json verdicts = Json::parse(in);
  ASSERT_EQ(verdicts.size(), judgement.properties.size());
  for (const Json& verdict : verdicts) {
    for (const char* key : {"name", "promise", "promise_reason", "result", "reason", "expected", "count",
                            "checked", "seconds", "witnesses"})
      EXPECT_TRUE(verdict.contains(key)) << key;
    EXPECT_NE(std::pair(verdict["name"], verdict["expected"]), std::pair(Json("regular"), Json("met")));
  }
}

TEST_F(RunFolder, TruncatedHistoryIsRefusedWithItsLine) {
  history_.resize(history_.size() - 10);
  EXPECT_THAT(refused(), StartsWith("history.jsonl:48: "));
}

TEST_F(RunFolder, GarbledDocumentsAreRefusedWithTheirPlace) {
  save();
  std::ofstream(folder_ / "run.json") << "{\n \"seed\": ]\n";
  EXPECT_THAT(judge_run(folder_).error().message, HasSubstr("run.json:2:10: is not JSON"));
}

TEST_F(RunFolder, FilesOfDifferentRunsAreRefused) {
  run_["seed"] = 8;
  EXPECT_EQ(refused(), "run.json: its seed is 8, that of experiment.json 7: they are of different runs");
  run_["seed"] = 7;
  run_["conflict"] = "siblings";
  EXPECT_EQ(refused(), "run.json: its conflict is 'siblings', that of experiment.json 'lww'");
}

TEST_F(RunFolder, ANodeThatTheRunDoesNotHaveIsRefusedWithItsLine) {
  read(12, "n9");
  EXPECT_EQ(refused(), "history.jsonl:49: node 'n9' is none of the run's (n1, n2, n3)");
}

TEST_F(RunFolder, MissingDumpsOfARunThatEndedAreRefused) {
  replicas_.clear();
  EXPECT_EQ(refused(), "replicas.jsonl: is missing, though the run came to its end");
}

TEST_F(RunFolder, AnEmptyHistoryOfARunThatEndedAccusesNobody) {
  history_.clear();
  EXPECT_EQ(refused(), "history.jsonl: is empty, though the run came to its end");
}

TEST_F(RunFolder, ARunWithoutLoadIsVacuous) {
  history_.clear();
  replicas_.clear();
  std::ofstream(folder_ / "replicas.jsonl").close();
  run_["events"] = 0;
  EXPECT_EQ(judged().exit, Exit::vacuous);
}

TEST_F(RunFolder, AHistoryCutBetweenTwoLinesAccusesNobody) {
  run_["events"] = index_ + 2;
  EXPECT_EQ(refused(),
            "history.jsonl:48: the history ends here with 48 events, but run.json counted 50: it was cut or "
            "changed");
}

TEST_F(RunFolder, MissingFaultsOfARunThatEndedAreRefused) {
  plan_.push_back({{"id", 0}, {"kind", "clock.jump"}});
  save();
  std::filesystem::remove(folder_ / "faults.jsonl");
  EXPECT_THAT(judge_run(folder_).error().message, HasSubstr("faults.jsonl: is missing, though"));
  std::filesystem::remove(folder_ / "plan.json");
  EXPECT_THAT(judge_run(folder_).error().message, HasSubstr("plan.json: is missing, though"));
}

TEST_F(RunFolder, ANamedPropertyThatTheWorkloadDoesNotTestIsRefused) {
  save();
  EXPECT_THAT(judge_run(folder_, true, {"lost-updates"}).error().message,
              StartsWith("--property lost-updates: the workload of this run, register, does not test it (it "
                         "tests: read-your-writes, "));
}

TEST_F(RunFolder, AMissingFileIsNamed) {
  EXPECT_THAT(judge_run(folder_).error().message, HasSubstr("experiment.json"));
}

TEST_F(RunFolder, ABareHistoryIsJudgedOnWhatItCanDecide) {
  read(3);
  save();
  const Result<Judgement> judgement = judge_history(folder_ / "history.jsonl", {});
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->exit, Exit::violated);
  EXPECT_FALSE(judgement->properties.empty());
  for (const Judged& property : judgement->properties)
    EXPECT_NE(property.verdict.result, checker::Result::not_applicable) << property.verdict.property;
}

TEST_F(RunFolder, ANamedPropertyThatABareHistoryCannotDecideIsUnknown) {
  save();
  const Result<Judgement> judgement =
      judge_history(folder_ / "history.jsonl", {.properties = {"durability"}});
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->exit, Exit::unknown);
}

}  // namespace
}  // namespace fracas::harness
