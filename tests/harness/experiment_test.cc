// Experiments: what is read from TOML and --set, what is refused and with which words, and that nothing is
// lost on the way to JSON and back.
#include "harness/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/default_experiment.h"
#include "harness/experiment_fields.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::StartsWith;

class ExperimentFile : public testing::Test {
 protected:
  ExperimentFile() {
    folder_ = std::filesystem::temp_directory_path() /
              ("fracas-experiment-" + std::to_string(getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~ExperimentFile() override { std::filesystem::remove_all(folder_); }

  Result<Experiment> load(const std::string& text, const Settings& settings = {}) {
    const std::filesystem::path file = folder_ / "my-try.toml";
    std::ofstream(file) << text;
    return load_experiment(file, settings);
  }

  /// The message without the folder.
  std::string refusal(const std::string& text, const Settings& settings = {}) {
    const Result<Experiment> experiment = load(text, settings);
    if (experiment) return "accepted";
    EXPECT_EQ(experiment.error().code, Exit::usage);
    std::string message = experiment.error().message;
    const std::string prefix = folder_.string() + "/";
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
    return message;
  }

  std::filesystem::path folder_;
};

TEST_F(ExperimentFile, SetsEveryTable) {
  const Result<Experiment> e = load(R"(
about = "one sentence"
seed = 7
duration = "5s"
[store]
nodes = 3
r = 1
w = "all"
conflict = "lww"
bugs = ["first_reply_wins", "notfound_fast"]
[workload]
kind = "set"
clients = 4
rate = "max"
sticky = true
timeout = "250ms"
reads = 0.25
[[fault]]
target = "n1, n3"
kind = "network.partition"
shape = "isolate"
every = "2s"
lasts = "500ms"
[[fault]]
by = ["-60s", "60s"]
kind = "clock.jump"
[expect]
lost-updates = "violated"
)");
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->name, "my-try");
  EXPECT_EQ(e->seed, 7U);
  EXPECT_EQ(e->load.seed, 7U);
  EXPECT_EQ(e->duration, 5'000'000'000);
  EXPECT_EQ(e->store.w, 3);
  EXPECT_EQ(e->store.conflict, store::Conflict::lww);
  EXPECT_TRUE(e->store.bugs.has(store::Bug::notfound_fast));
  EXPECT_EQ(e->workload, "set");
  EXPECT_EQ(e->clients.rate, 0);
  EXPECT_TRUE(e->clients.sticky);
  EXPECT_EQ(e->clients.timeout, 250'000'000);
  ASSERT_EQ(e->faults.size(), 2U);
  EXPECT_EQ(e->faults[0].target, "n1, n3");
  EXPECT_EQ(e->faults[0].lasts, 500'000'000);
  EXPECT_EQ(std::get<std::string>(e->faults[0].parameters.at("shape")), "isolate");
  EXPECT_EQ(std::get<std::vector<std::string>>(e->faults[1].parameters.at("by")).size(), 2U);
  EXPECT_EQ(e->expect.at("lost-updates"), "violated");
}

TEST_F(ExperimentFile, AFileWithoutFaultsHasNone) { EXPECT_TRUE(load("name = \"calm\"")->faults.empty()); }

struct Mistake {
  const char* text;
  const char* message;
};

TEST_F(ExperimentFile, MistakesAreAnsweredWithPlaceAndWordMeant) {
  const Mistake mistakes[] = {
      {"nmae = \"x\"\n", "my-try.toml:1:1: there is no key 'nmae', did you mean 'name'?"},
      {"name = \"x\"\n[store]\nnods = 5\n",
       "my-try.toml:3:1: there is no key 'nods' in [store], did you mean 'nodes'?"},
      {"[stroe]\nnodes = 5\n", "my-try.toml:2:1: there is no table [stroe], did you mean 'store'?"},
      {"[workload]\nclient = 5\n",
       "my-try.toml:2:1: there is no key 'client' in [workload], did you mean 'clients'?"},
      {"[workload]\nclients = 0\n",
       "my-try.toml:2:11: workload.clients: must be a whole number from 1 to 1000, is '0'"},
      {"[workload]\nclients = \"ten\"\n",
       "my-try.toml:2:11: workload.clients: must be a whole number from 1 to 1000, is 'ten'"},
      {"[workload]\nrate = -1\n",
       "my-try.toml:2:8: workload.rate: must be a number above 0 and up to 1000000 (operations a second over "
       "all "
       "clients), or \"max\", is '-1'"},
      {"[workload]\nsticky = \"yes\"\n",
       "my-try.toml:2:10: workload.sticky: must be true or false, is 'yes'"},
      {"[workload]\nkind = \"regster\"\n",
       "my-try.toml:2:8: workload.kind: there is no workload 'regster', did you mean 'register'?"},
      {"[workload]\nreads = 0.8\ndeletes = 0.3\n",
       "my-try.toml:2:9: workload.reads + workload.deletes must be at most 1"},
      {"[[fault]]\nkind = \"process.kil\"\n",
       "my-try.toml:2:8: fault.0.kind: there is no kind of fault 'process.kil', did you mean "
       "'process.kill'?"},
      {"[[fault]]\nkind = \"clock.jump\"\nbye = \"1s\"\n",
       "my-try.toml:3:1: clock.jump has no parameter 'bye', did you mean 'by'?"},
      {"[[fault]]\nevery = \"2s\"\n",
       "my-try.toml:2:9: [[fault]] entry 0 has no kind (entries are counted from 0)"},
      {"[fault]\nkind = \"clock.jump\"\n",
       "my-try.toml:2:1: 'fault.kind': every fault is an entry of its own: write [[fault]] in a file, --set "
       "fault.0.every=2s on the command line"},
      {"[expect]\nregularr = \"holds\"\n",
       "my-try.toml:2:1: there is no property 'regularr', did you mean 'regular'?"},
      {"[workload]\nkind = \"set\"\n[expect]\nregular = \"holds\"\n",
       "my-try.toml:4:11: expect.regular: the workload set does not test it (it tests: "
       "monotonic-reads, monotonic-writes, writes-follow-reads, lost-updates, ack-count, "
       "convergence, quiescence, no-phantoms, honest-failures)"},
      {"[expect]\nregular = \"hold\"\n",
       "my-try.toml:2:11: expect.regular: 'hold' is no expectation, did you mean 'holds'?"},
      {"[store]\npreset = \"dynamos\"\n",
       "my-try.toml:2:10: store.preset: there is no preset 'dynamos', did you mean 'dynamo'?"},
      {"store = 3\n", "my-try.toml:1:1: 'store' is a table: write [store], then its keys"},
      {"name = \"a/b\"\n", "my-try.toml:1:8: name: must be 1 to 60 letters, digits, '-' and '_', is 'a/b'"},
      {"seed = 2026-11-21\n",
       "my-try.toml:1:8: 'seed' must be a number, a text, true or false, or a list of those"},
  };
  for (const Mistake& mistake : mistakes) EXPECT_EQ(refusal(mistake.text), mistake.message) << mistake.text;
}

TEST_F(ExperimentFile, WhatOthersCheckKeepsItsPlace) {
  EXPECT_THAT(refusal("[store]\nn = 3\nr = 4\n"), StartsWith("my-try.toml:3:5: store.r: "));
  EXPECT_THAT(refusal("[store]\nconflict = \"lwww\"\n"), StartsWith("my-try.toml:2:12: store.conflict: "));
  EXPECT_THAT(refusal("[[fault]]\nkind = \"process.kill\"\ntarget = \"on\"\n"),
              StartsWith("my-try.toml:3:10: fault.0.target (process.kill): "));
  EXPECT_THAT(refusal("[[fault]]\nkind = \"network.partition\"\nshape = \"halfs\"\n"),
              testing::AllOf(StartsWith("my-try.toml:3:9: fault.0.shape (network.partition): "),
                             HasSubstr("halves")));
  EXPECT_THAT(refusal("duration = \"soon\"\n"), StartsWith("my-try.toml:1:12: duration: must be a duration"));
  EXPECT_THAT(refusal("duration = 5\n"), StartsWith("my-try.toml:1:12: duration: must be a duration"));
  EXPECT_THAT(refusal("name = \n"), StartsWith("my-try.toml:1:"));
}

TEST_F(ExperimentFile, APresetIsRefinedByWhateverElseTheFileSays) {
  const auto loaded = load("[store]\nanti_entropy = \"off\"\npreset = \"linearizable\"\nr = 3\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->store.stamp, store::StampSource::query);
  EXPECT_EQ(loaded->store.repair, store::Repair::abd);
  EXPECT_EQ(loaded->store.r, 3);
  EXPECT_EQ(loaded->store.anti_entropy_ns, 0);
}

TEST_F(ExperimentFile, SettingsOverrideTheFileInOrder) {
  const Result<Experiment> e = load("[store]\nr = 2\n[[fault]]\nkind = \"process.kill\"\nevery = \"9s\"\n",
                                    {{"store.r", "1"},
                                     {"workload.kind", "set"},
                                     {"workload.rate", "max"},
                                     {"duration", "2s"},
                                     {"fault.0.every", "3s"},
                                     {"fault.0.every", "4s"},
                                     {"fault.1.kind", "clock.jump"},
                                     {"fault.1.by", "[\"1s\", \"2s\"]"}});
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->store.r, 1);
  EXPECT_EQ(e->workload, "set");
  EXPECT_EQ(e->clients.rate, 0);
  EXPECT_EQ(e->duration, 2'000'000'000);
  ASSERT_EQ(e->faults.size(), 2U);
  EXPECT_EQ(e->faults[0].every, 4'000'000'000);
  EXPECT_EQ(e->faults[1].kind, "clock.jump");
}

TEST_F(ExperimentFile, WrongSettingsNameThemselves) {
  EXPECT_EQ(refusal("", {{"store.rr", "1"}}),
            "--set store.rr=1: there is no key 'rr' in [store], did you mean 'r'?");
  EXPECT_THAT(refusal("", {{"store.r", "9"}}), StartsWith("--set store.r=9: store.r: "));
  EXPECT_EQ(refusal("", {{"fault.0.every", "2s"}}),
            "--set fault.0.every=2s: [[fault]] entry 0 has no kind (entries are counted from 0)");
  EXPECT_EQ(refusal("", {{"workload.sticky", "1"}}),
            "--set workload.sticky=1: workload.sticky: must be true or false, is '1'");
}

TEST(DefaultExperiment, HasEveryKindOfFaultThatItsWorldCanDoAndThatTakesNoStateAndNoNodeToSpare) {
  for (const WorldKind world : {WorldKind::local, WorldKind::sim}) {
    const Experiment e = default_experiment(world);
    std::vector<std::string> expected, found;
    for (const nemesis::Kind& kind : nemesis::kinds())
      if (!kind.takes_state && kind.change_ring == nullptr && why_not(world, kind.needs).empty())
        expected.emplace_back(kind.name);
    for (const nemesis::FaultSpec& fault : e.faults) found.push_back(fault.kind);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(e.workload, "mixed");
  }
  EXPECT_EQ(default_experiment(WorldKind::sim).faults.size(), 20U);
  EXPECT_TRUE(load_experiment(std::nullopt, {}));
}

TEST(DefaultExperiment, DosesEveryKind) {
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    const nemesis::FaultSpec fault = default_fault(kind.name);
    EXPECT_EQ(fault.kind, kind.name);
    EXPECT_GT(fault.lasts, 0) << kind.name;
    EXPECT_GE(fault.every, 2 * fault.lasts) << kind.name;
  }
}

TEST(ExperimentJson, GoesThereAndBackWithoutLoss) {
  const Result<Experiment> e = load_experiment(std::nullopt, {{"seed", "7"},
                                                              {"store.anti_entropy", "off"},
                                                              {"store.bugs", "context_ignored"},
                                                              {"workload.rate", "12.5"},
                                                              {"fault.3.by", "[\"-60s\", \"60s\"]"},
                                                              {"expect.regular", "violated"}});
  ASSERT_TRUE(e) << e.error().message;
  const nlohmann::json json = to_json(*e);
  EXPECT_EQ(json["store"]["r"], 2);
  EXPECT_EQ(json["store"]["bugs"], nlohmann::json::array({"context_ignored"}));
  const Result<Experiment> again = experiment_from_json(json);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), json);
  EXPECT_EQ(again->load.seed, 7U);
}

TEST(ExperimentJson, WithoutFaultsGoesThereAndBackToo) {
  Experiment e;
  const Result<Experiment> again = experiment_from_json(to_json(e));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(e));
}

TEST(ExperimentJson, RefusesWhatIsNoExperiment) {
  EXPECT_EQ(experiment_from_json({{"nmae", "x"}}).error().message,
            "experiment.json: there is no key 'nmae', did you mean 'name'?");
  EXPECT_FALSE(experiment_from_json(nlohmann::json::array()));
}

TEST(ShippedExperiments, AllLoadAndSayWhatTheyShow) {
  int count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(FRACAS_SOURCE_DIR) +
                                                                        "/workloads/experiments")) {
    if (file.path().extension() != ".toml") continue;
    ++count;
    const Result<Experiment> e = load_experiment(file.path(), {});
    ASSERT_TRUE(e) << e.error().message;
    EXPECT_EQ(e->name, file.path().stem());
    EXPECT_FALSE(e->about.empty()) << file.path();
    // Where a property is not promised (clocks differ, w disks are lost), an expectation may say that it
    // holds all the same; that it is violated would be no catch. (The gallery catches nothing: it shows what
    // goes wrong without a rule.)
    const bool gives_in = std::any_of(e->expect.begin(), e->expect.end(),
                                      [](const auto& expected) { return expected.second == "violated"; });
    const bool shown = file.path().parent_path().filename() == "gallery";
    EXPECT_FALSE(e->store.bugs.any() && gives_in && !shown)
        << "a bug must be caught, not expected: " << file.path();
  }
  EXPECT_GT(count, 0);
}

TEST(ShippedExperiments, ThereIsOneForEveryBug) {
  for (const store::BugInfo& bug : store::bugs()) {
    const Result<Experiment> e = load_experiment(
        std::string(FRACAS_SOURCE_DIR) + "/workloads/experiments/" + std::string(bug.experiment), {});
    ASSERT_TRUE(e) << e.error().message;
    EXPECT_TRUE(e->store.bugs.has(bug.bug));
  }
}

TEST(Suggestions, AreOnlyMadeForTypingErrors) {
  const std::vector<std::string> words{"run", "report", "regular"};
  EXPECT_EQ(nearest("rnu", words), "run");
  EXPECT_EQ(nearest("reprot", words), "report");
  EXPECT_EQ(nearest("banana", words), "");
  EXPECT_EQ(nearest("broken-old", {"broken-sea", "broken-old-copy-catchup"}), "broken-old-copy-catchup")
      << "one that was left unfinished";
  EXPECT_EQ(did_you_mean("banana", words), " (known: run, report, regular)");
}

}  // namespace
}  // namespace fracas::harness
