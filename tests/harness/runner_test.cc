// The phases of a run in a scripted world with virtual time: whatever happens, it heals, stops and writes.
#include "harness/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "checker/evidence.h"
#include "checker/history.h"
#include "fake_world.h"

namespace fracas::harness {
namespace {

using nemesis::NodeState;

constexpr std::int64_t kSecond = 1'000'000'000;

class Runner : public testing::Test {
 protected:
  Runner() {
    experiment_.name = "test";
    experiment_.seed = 7;
    experiment_.workload = "mixed";
    experiment_.store.nodes = 3;
    experiment_.steady = 2 * kSecond;
    experiment_.duration = 10 * kSecond;
    experiment_.settle = 5 * kSecond;
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::temp_directory_path() / ("fracas-runner-" + std::to_string(::getpid()) + test);
    std::filesystem::create_directories(folder_);
  }
  ~Runner() override { std::filesystem::remove_all(folder_); }

  RunOutcome run() {
    RunOutcome outcome =
        run_experiment(experiment_, plan_, world_, folder_, "fracas run", [this](const Progress& progress) {
          if (phases_seen_.empty() || phases_seen_.back() != progress.phase) {
            phases_seen_.push_back(progress.phase);
          }
        });
    EXPECT_TRUE(world_.nodes_stopped);
    EXPECT_EQ(world_.blocked, 0) << "links are left blocked";
    EXPECT_EQ(world_.distorted, 0) << "clocks are left wrong";
    return outcome;
  }

  void add_fault(const char* kind, std::int64_t start, std::int64_t duration,
                 nemesis::Parameters parameters = {}) {
    nemesis::Fault fault;
    fault.id = static_cast<std::uint32_t>(plan_.size() + 1);
    fault.kind = kind;
    fault.nodes = {"n2"};
    fault.parameters = std::move(parameters);
    fault.start = start;
    fault.duration = duration;
    plan_.push_back(fault);
  }

  std::string text_of(const char* file) const {
    std::ifstream stream(folder_ / file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  nlohmann::json summary() const { return nlohmann::json::parse(text_of("run.json")); }
  std::vector<std::string> phases() const {
    std::vector<std::string> names;
    const nlohmann::json document = summary();
    for (const auto& phase : document.at("phases")) names.push_back(phase.at("name"));
    return names;
  }
  std::vector<nlohmann::json> lines_of(const char* file) const {
    std::vector<nlohmann::json> lines;
    std::istringstream text(text_of(file));
    for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  Experiment experiment_;
  nemesis::Plan plan_;
  FakeWorld world_{3};
  std::filesystem::path folder_;
  std::vector<std::string> phases_seen_;
};

TEST_F(Runner, GoesThroughAllPhasesAndLeavesEveryFile) {
  add_fault("process.kill", kSecond, 2 * kSecond);
  const RunOutcome outcome = run();
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(phases(), (std::vector<std::string>{"start", "steady", "torment", "heal", "settle", "final-reads",
                                                "stop"}));
  EXPECT_EQ(summary().at("settlement").at("exchanges_completed"), true);
  EXPECT_EQ(summary().at("error"), nullptr);
  EXPECT_EQ(summary().at("wall_start_us"), 1'700'000'000'000'000);
  const auto dumps = checker::read_dumps(folder_ / "replicas.jsonl");
  ASSERT_TRUE(dumps.has_value());
  EXPECT_GT(dumps->size(), 10u);
  const auto faults = checker::read_faults(folder_ / "faults.jsonl");
  ASSERT_TRUE(faults.has_value());
  ASSERT_EQ(faults->size(), 1u);
  EXPECT_TRUE(faults->front().took_effect);
}

TEST_F(Runner, RecordsEveryOperationExactlyOnce) {
  add_fault("process.kill", kSecond, 2 * kSecond);
  run();
  const auto history = checker::read_history(folder_ / "history.jsonl");
  ASSERT_TRUE(history.has_value()) << history.error().to_string();
  EXPECT_EQ(world_.asked, world_.answered);
  std::size_t open = 0, final_reads = 0, infos = 0;
  for (const checker::Operation& operation : history->operations()) {
    open += operation.outcome == checker::Outcome::open;
    infos += operation.outcome == checker::Outcome::info;
    final_reads += operation.final;
  }
  EXPECT_EQ(open, 0u);
  EXPECT_GT(infos, 0u) << "writes to the killed node had no answer";
  EXPECT_GT(final_reads, 10u);
}

TEST_F(Runner, KeepsToTheRateThatWasAskedFor) {
  experiment_.clients.rate = 100;
  run();
  const auto history = checker::read_history(folder_ / "history.jsonl");
  ASSERT_TRUE(history.has_value());
  std::size_t loaded = 0;
  for (const checker::Operation& operation : history->operations()) loaded += !operation.final;
  EXPECT_GT(loaded, 1'000u);
  EXPECT_LT(loaded, 1'400u);
}

TEST_F(Runner, EndsAFaultThatOutlastsTheTormentWhenItHeals) {
  add_fault("process.pause", 9 * kSecond, 60 * kSecond);
  add_fault("clock.jump", 9 * kSecond, 60 * kSecond, {{"by", std::string("5s")}});
  EXPECT_FALSE(run().error);
  int ended = 0;
  for (const auto& line : lines_of("faults.jsonl")) ended += line.at("event") == "end";
  EXPECT_EQ(ended, 2);
}

TEST_F(Runner, RecordsTheSkewThatItReadsBack) {
  add_fault("clock.jump", kSecond, 2 * kSecond, {{"by", std::string("5s")}});
  run();
  std::vector<std::int64_t> skews;
  for (const auto& line : lines_of("faults.jsonl")) {
    if (line.at("event") == "skew" && line.at("node") == "n2") skews.push_back(line.at("skew_ns"));
  }
  ASSERT_EQ(skews.size(), 2u) << "once when it jumped, once when it was back";
  EXPECT_NEAR(static_cast<double>(skews[0]), 5e9, 2e6);
  EXPECT_NEAR(static_cast<double>(skews[1]), 0, 2e6);
}

class InterruptedRunner : public Runner, public testing::WithParamInterface<const char*> {};

TEST_P(InterruptedRunner, HealsStopsAndWrites) {
  add_fault("process.pause", 500'000'000, 60 * kSecond);
  const std::string phase = GetParam();
  if (phase == "settle") world_.hints_stay = true;
  bool done = false;
  std::function<void()> watch = [&] {
    if (!done && !phases_seen_.empty() && phases_seen_.back() == phase) {
      done = true;
      world_.interrupt();
    }
    if (!done) world_.after(10'000'000, watch);
  };
  world_.after(0, watch);
  const RunOutcome outcome = run();
  EXPECT_TRUE(done);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_EQ(summary().at("interrupted"), true);
  EXPECT_EQ(phases().back(), "stop");
  EXPECT_EQ(std::filesystem::exists(folder_ / "replicas.jsonl"), phase != "start");
  EXPECT_TRUE(checker::read_history(folder_ / "history.jsonl").has_value());
}
INSTANTIATE_TEST_SUITE_P(InEachPhase, InterruptedRunner,
                         testing::Values("start", "steady", "torment", "settle"));

TEST_F(Runner, OnlyStopsWhenItIsInterruptedTwice) {
  world_.at(5 * kSecond, [this] { world_.interrupt(); });
  world_.at(5 * kSecond + 1, [this] { world_.interrupt(); });
  const RunOutcome outcome = run();
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(phases().back(), "stop");
  EXPECT_LT(world_.now(), 6 * kSecond);
}

TEST_F(Runner, FailsWhenTheNodesDoNotStart) {
  world_.never_ready = true;
  const RunOutcome outcome = run();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, Exit::environment);
  EXPECT_EQ(phases(), (std::vector<std::string>{"start", "stop"}));
}

TEST_F(Runner, DoesNotTormentAClusterThatServesNothing) {
  world_.serves = false;
  add_fault("process.kill", kSecond, kSecond);
  const RunOutcome outcome = run();
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("did not serve"), std::string::npos);
  EXPECT_EQ(text_of("faults.jsonl"), "");
}

TEST_F(Runner, RestartsANodeThatDiesByItselfAndSaysSo) {
  world_.at(4 * kSecond, [this] { world_.die("n3"); });
  const RunOutcome outcome = run();
  EXPECT_FALSE(outcome.error);
  ASSERT_EQ(summary().at("notes").size(), 1u);
  const std::string note = summary().at("notes").at(0);
  EXPECT_NE(note.find("n3 ended by itself (signal 11)"), std::string::npos);
  EXPECT_NE(note.find("last words"), std::string::npos);
  EXPECT_EQ(lines_of("faults.jsonl").at(0).at("event"), "node-exit");
}

TEST_F(Runner, GivesUpOnANodeThatKeepsDying) {
  world_.at(4 * kSecond, [this] {
    world_.die_on_start.insert("n3");
    world_.die("n3");
  });
  const RunOutcome outcome = run();
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("n3 ended by itself 6 times"), std::string::npos);
  EXPECT_EQ(phases().back(), "stop");
}

TEST_F(Runner, DoesNotGiveUpANodeThatEndsBecauseOfItsDisk) {
  add_fault("disk.full", kSecond, 3 * kSecond);
  world_.at(3'500'000'000, [this] {
    world_.die_on_start.insert("n2");
    world_.die("n2");
  });
  world_.at(5'900'000'000, [this] { world_.die_on_start.clear(); });
  const RunOutcome outcome = run();
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  int deaths = 0;
  for (const auto& line : lines_of("faults.jsonl")) deaths += line.at("event") == "node-exit";
  EXPECT_GT(deaths, 6) << "each is in the record";
  EXPECT_TRUE(summary().at("notes").empty()) << "and none is worth a note";
}

TEST_F(Runner, GivesUpANodeThatKeepsDyingWhileTheDiskOfAnotherIsFull) {
  add_fault("disk.full", kSecond, 8 * kSecond);
  world_.at(4 * kSecond, [this] {
    world_.die_on_start.insert("n3");
    world_.die("n3");
  });
  const RunOutcome outcome = run();
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("n3 ended by itself 6 times"), std::string::npos);
}

TEST_F(Runner, GivesUpANodeThatKeepsDyingOnASlowDisk) {
  add_fault("disk.slow", kSecond, 8 * kSecond, {{"by", std::string("5ms")}});
  world_.at(4 * kSecond, [this] {
    world_.die_on_start.insert("n2");
    world_.die("n2");
  });
  EXPECT_TRUE(run().error) << "a slow disk is no reason to end";
}

TEST_F(Runner, SaysWhatWasOpenWhenSettlingTakesTooLong) {
  world_.hints_stay = true;
  EXPECT_FALSE(run().error);
  EXPECT_EQ(summary().at("settlement").at("hints_pending"), 3);
  EXPECT_EQ(summary().at("settlement").at("reason"), "n1 had 1 hints pending");
  EXPECT_GE(summary().at("settlement").at("seconds"), 5.0);
}

TEST_F(Runner, SettlesOnlyOnceTheRingHasComeToRest) {
  world_.ring.answers[0] = {.answered = true, .agreed = true};
  add_fault("ring.leave", 8 * kSecond, kSecond, {{"via", std::string("n1")}});
  const std::vector<std::string> three{"n1", "n2", "n3"};
  world_.ring.views = {{.epoch = 1, .members = three}};
  world_.at(11 * kSecond, [&] {
    world_.ring.views.push_back({.epoch = 2, .members = three, .next = {"n1", "n3"}});
  });
  // n3 is the last to hear of the end.
  world_.at(14 * kSecond, [&] {
    world_.ring.views.push_back({.epoch = 3, .members = {"n1", "n3"}});
    world_.follows["n3"] = 2;
  });
  world_.at(15 * kSecond, [&] { world_.follows.clear(); });
  run();
  EXPECT_EQ(lines_of("faults.jsonl").back().at("took_effect"), true);
  EXPECT_EQ(summary().at("notes").size(), 0U);
  EXPECT_TRUE(summary().at("settlement").at("exchanges_completed"));
  EXPECT_GT(summary().at("settlement").at("seconds"), 2.9) << "from the heal at 12 s on";
  EXPECT_THAT(summary().at("coverage").dump(), testing::HasSubstr("ring_moves_after_heal"));
  EXPECT_THAT(summary().at("coverage").dump(), testing::HasSubstr("\"ring_changed\""));
}

TEST_F(Runner, GivesUpARingThatDoesNotComeToRestAndSaysSo) {
  world_.ring.answers[0] = {.answered = true, .agreed = true};
  add_fault("ring.leave", 8 * kSecond, kSecond, {{"via", std::string("n1")}});
  world_.at(11 * kSecond, [&] {
    world_.ring.views.push_back({.epoch = 2, .members = {"n1", "n2"}, .next = {"n1"}});
  });
  run();
  EXPECT_FALSE(summary().at("settlement").at("exchanges_completed"));
  EXPECT_EQ(summary().at("settlement").at("reason"), "the ring was still changing (2) from n1,n2 to n1");
  EXPECT_EQ(summary().at("notes").size(), 1U);
  EXPECT_EQ(phases().back(), "stop");
}

TEST_F(Runner, SettlesAnewWhenTheRingChangesAfterAll) {
  world_.ring.answers[0] = {};
  add_fault("ring.leave", 8 * kSecond, kSecond, {{"via", std::string("n1")}});
  world_.ring.views = {{.epoch = 1, .members = {"n1", "n2", "n3"}}};
  // Of a change that nobody had heard of any more, while the replicas settle.
  world_.at(14'500'000'000, [&] {
    world_.ring.views.push_back({.epoch = 2, .members = {"n1", "n2", "n3"}, .next = {"n1", "n3"}});
  });
  world_.at(16 * kSecond, [&] { world_.ring.views.push_back({.epoch = 3, .members = {"n1", "n3"}}); });
  run();
  EXPECT_TRUE(summary().at("settlement").at("exchanges_completed"));
  EXPECT_GT(summary().at("settlement").at("seconds"), 4.0);
}

TEST_F(Runner, WatchesTheNodesOnceTheyHaveSettled) {
  EXPECT_FALSE(run().error);
  const auto idle = summary().at("idle");
  EXPECT_EQ(idle.at("complete"), true);
  EXPECT_GE(idle.at("seconds"), 1.0);
  ASSERT_EQ(idle.at("nodes").size(), 3u);
  EXPECT_EQ(idle.at("nodes")[0].at("repairs"), 0);
}

TEST_F(Runner, CountsWhatIdleNodesDo) {
  world_.never_idle = true;
  EXPECT_FALSE(run().error);
  EXPECT_GT(summary().at("idle").at("nodes")[2].at("repairs"), 0);
}

TEST_F(Runner, ReplicasThatHaveNotSettledAreNotWatched) {
  world_.hints_stay = true;
  EXPECT_FALSE(run().error);
  EXPECT_EQ(summary().at("idle"), nullptr);
}

TEST_F(Runner, LeavesNoHalfDumpWhenANodeCannotBeAsked) {
  world_.dumps_fail = true;
  EXPECT_TRUE(run().error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "replicas.jsonl"));
}

TEST_F(Runner, EndsEvenIfTheNodesDoNotStop) {
  world_.stop_hangs = true;
  EXPECT_TRUE(run().error);
}

}  // namespace
}  // namespace fracas::harness
