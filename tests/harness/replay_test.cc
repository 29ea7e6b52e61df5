// Replaying and shrinking stored runs, in the simulation: from the command line to the folders left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/cli.h"
#include "harness/experiment.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Any reply is enough for a read, and a node that was away answers from its old copy.
constexpr const char* kBuggy = R"(
name = "stale"
world = "sim"
seed = 1
steady = "1s"
duration = "8s"
[store]
repair = "none"
hints = "off"
anti_entropy = "3s"
bugs = ["first_reply_wins"]
[workload]
kind = "register"
clients = 20
keys = 20
timeout = "400ms"
[[fault]]
kind = "process.kill"
every = "2s"
lasts = "1s"
[[fault]]
kind = "network.partition"
shape = "isolate"
every = "3s"
lasts = "1s"
)";

struct Done {
  int exit = 0;
  std::string out, err;
};

class StoredRuns : public testing::Test {
 protected:
  StoredRuns() {
    folder_ = fs::temp_directory_path() / ("fracas-replay-" + std::to_string(::getpid()) + "-" +
                                           testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  ~StoredRuns() override { fs::remove_all(folder_); }

  static Done fracas(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    Console console{out, err};
    const Exit exit = run_command_line(arguments, console);
    return {static_cast<int>(exit), out.str(), err.str()};
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// A run of the experiment in the folder "run".
  Done run(const std::string& experiment, const std::vector<std::string>& settings = {}) {
    std::ofstream(path("e.toml")) << experiment;
    std::vector<std::string> arguments{"run", path("e.toml"), "--out", path("run"), "-q"};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    return fracas(arguments);
  }
  std::string text(const std::string& file) const {
    std::ifstream in(path(file));
    std::ostringstream buffer;
    buffer << in.rdbuf();
    return buffer.str();
  }
  nlohmann::json json(const std::string& file) const { return nlohmann::json::parse(text(file)); }
  void write(const std::string& file, const std::string& content) const {
    std::ofstream(path(file)) << content;
  }

  fs::path folder_;
};

TEST_F(StoredRuns, AreReplayedBitForBit) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const Done replayed = fracas({"replay", path("run"), "--out", path("again")});
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_THAT(replayed.err, HasSubstr("failed again 1 of 1 times (regular)"));
  EXPECT_THAT(replayed.err, HasSubstr("history: the same as then, bit for bit"));
  EXPECT_EQ(text("again/history.jsonl"), text("run/history.jsonl"));
  EXPECT_TRUE(fs::exists(path("again/report.html")));
  EXPECT_FALSE(fs::exists(path("again/replay"))) << "a scratch folder stays";
}

TEST_F(StoredRuns, AreReplayedAsOftenAsWanted) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const Done replayed =
      fracas({"replay", path("run"), "--times", "3", "--out", path("again"), "--json", "-q"});
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_THAT(replayed.err, HasSubstr("failed again 3 of 3 times (regular)"));
  const nlohmann::json document = nlohmann::json::parse(replayed.out);
  EXPECT_EQ(document.at("times"), 3);
  EXPECT_EQ(document.at("again"), 3);
  EXPECT_EQ(document.at("property"), "regular");
  EXPECT_EQ(document.at("same_history"), true);
  EXPECT_EQ(document.at("report").at("verdict"), "fail");
}

TEST_F(StoredRuns, ThatPassedPassAgain) {
  ASSERT_EQ(run(kBuggy, {"--set", "store.bugs=[]"}).exit, 0);
  const Done replayed = fracas({"replay", path("run"), "--times", "2", "--out", path("again"), "-q"});
  EXPECT_EQ(replayed.exit, 0);
  EXPECT_THAT(replayed.err, HasSubstr("ended as before (pass) 2 of 2 times"));
}

TEST_F(StoredRuns, FollowThePlanOfTheirFolderAndNotTheirSeed) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  nlohmann::json plan = json("run/plan.json");
  ASSERT_GT(plan.at("faults").size(), 1u);
  plan["faults"] = nlohmann::json::array({plan["faults"][0]});
  write("run/plan.json", plan.dump());
  const Done replayed = fracas({"replay", path("run"), "--out", path("again"), "-q"});
  EXPECT_EQ(json("again/report.json").at("faults").size(), 1u);
  EXPECT_THAT(replayed.err, HasSubstr("history: differs from line "));
}

TEST_F(StoredRuns, CanBeReplayedWithoutTheirHistory) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  fs::remove(path("run/history.jsonl"));
  const Done replayed = fracas({"replay", path("run"), "--out", path("again"), "-q"});
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("what the run ended with then is not known: "),
                                  HasSubstr("history.jsonl"), Not(HasSubstr("bit for bit"))));
}

struct Damage {
  const char* file;
  const char* content;  ///< null: removed
  const char* message;
};

TEST_F(StoredRuns, ThatAreDamagedAreRefusedWithTheFile) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const std::string experiment = text("run/experiment.json"), plan = text("run/plan.json");
  const std::string kill =
      R"({"id":0,"kind":"process.kill","nodes":["n1"],"parameters":{},"start_ns":5,"duration_ns":1})";
  const std::string twice = R"({"faults":[)" + kill + "," + kill + "]}";
  const Damage damages[] = {
      {"run/experiment.json", nullptr, "experiment.json: cannot be read"},
      {"run/experiment.json", "{\"nmae\": 1}", "there is no key 'nmae', did you mean 'name'?"},
      {"run/plan.json", nullptr, "plan.json: cannot be read"},
      {"run/plan.json", "{", "plan.json:1:2: is not JSON"},
      {"run/plan.json", "{}", "plan.json: has no list of faults"},
      {"run/plan.json", R"({"faults":[{"id":0}]})", "plan.json: fault 0: "},
      {"run/plan.json",
       R"({"faults":[{"id":0,"kind":"process.kil","nodes":["n1"],"start_ns":0,"duration_ns":1}]})",
       "process.kill"},
      {"run/plan.json",
       R"({"faults":[{"id":0,"kind":"process.kill","nodes":["n9"],"start_ns":0,"duration_ns":1}]})", "n9"},
      {"run/plan.json", twice.c_str(), "two faults have the id 0"},
  };
  for (const Damage& damage : damages) {
    write("run/experiment.json", experiment);
    write("run/plan.json", plan);
    fs::remove(path(damage.file));
    if (damage.content != nullptr) write(damage.file, damage.content);
    for (const char* command : {"replay", "shrink"}) {
      const Done done = fracas({command, path("run"), "--out", path("again")});
      EXPECT_EQ(done.exit, 254) << damage.message;
      EXPECT_THAT(done.err, AllOf(HasSubstr(path(damage.file)), HasSubstr(damage.message)));
    }
  }
  EXPECT_THAT(fracas({"replay", path("nowhere")}).err, HasSubstr("nowhere: there is no such run folder"));
  EXPECT_FALSE(fs::exists(path("again"))) << "a folder was made for nothing";
}

TEST_F(StoredRuns, AreShrunkToAHandfulOfOperations) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const Done shrunk = fracas({"shrink", path("run"), "--out", path("small")});
  ASSERT_EQ(shrunk.exit, 0) << shrunk.err;
  EXPECT_THAT(shrunk.err, AllOf(HasSubstr("it fails every time (regular)"), HasSubstr("again:   fracas run "),
                                Not(HasSubstr("limit:"))));
  const Result<Experiment> small = load_experiment(path("small/shrunk.toml"), {});
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_LE(small->script.size(), 6u);
  EXPECT_LE(small->faults.size(), 1u);
  EXPECT_EQ(small->store.nodes, 3);
  EXPECT_EQ(json("small/report.json").at("verdict"), "fail");
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(path("small"))) left.push_back(entry.path().filename());
  EXPECT_THAT(left, testing::IsSupersetOf({"report.html", "history.jsonl", "plan.json", "shrunk.toml"}));
  EXPECT_THAT(left, AllOf(Not(testing::Contains("trial")), Not(testing::Contains("kept"))));
}

TEST_F(StoredRuns, AreNotComparedWithTheirReplayByMistake) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  fs::create_directory_symlink("run", path("latest"));
  const Done replayed = fracas({"replay", path("latest") + "/", "--out", path("again"), "-q"});
  EXPECT_THAT(replayed.err, HasSubstr("failed again 1 of 1 times (regular)"));
}

TEST_F(StoredRuns, ThatWereCutShortAreNotBlamedOnAnotherVersion) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const std::string history = text("run/history.jsonl");
  write("run/history.jsonl", history.substr(0, history.find('\n', history.size() / 2) + 1));
  const Done replayed = fracas({"replay", path("run"), "--out", path("again"), "-q"});
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("where the stored one ends"), Not(HasSubstr("another version"))));
}

TEST_F(StoredRuns, ShrunkOnesFailAgainAndTellTheirStory) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  ASSERT_EQ(fracas({"shrink", path("run"), "--out", path("small"), "-q"}).exit, 0);
  EXPECT_THAT(text("small/shrunk.toml"),
              AllOf(HasSubstr("# regular is guaranteed but was violated: "), HasSubstr("reads k"),
                    HasSubstr("Times since the load began")));
  const Done again = fracas({"run", path("small/shrunk.toml"), "--out", path("again"), "-q"});
  EXPECT_EQ(again.exit, 1);
  EXPECT_EQ(text("again/history.jsonl"), text("small/history.jsonl"));
  const Done replayed = fracas({"replay", path("small"), "--out", path("replayed"), "-q"});
  EXPECT_THAT(replayed.err, HasSubstr("bit for bit"));
}

TEST_F(StoredRuns, AreShrunkForThePropertyThatIsNamed) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const Done shrunk =
      fracas({"shrink", path("run"), "--property", "read-your-writes", "--out", path("small"), "-q"});
  ASSERT_EQ(shrunk.exit, 0) << shrunk.err;
  EXPECT_THAT(shrunk.err, HasSubstr("(read-your-writes)"));
  EXPECT_EQ(fracas({"shrink", path("run"), "--property", "durability"}).exit, 254);
}

TEST_F(StoredRuns, KeepFailingWhenTheBudgetOfShrinkingIsSpent) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  const Done shrunk = fracas({"shrink", path("run"), "--budget", "1ms", "--out", path("small"), "-q"});
  EXPECT_EQ(shrunk.exit, 2) << "nothing was left out";
  EXPECT_THAT(shrunk.err, HasSubstr("limit:   the budget of 1ms ended the search: what is there fails"));
  EXPECT_EQ(fracas({"run", path("small/shrunk.toml"), "--out", path("again"), "-q"}).exit, 1);
}

TEST_F(StoredRuns, ThatPassedHaveNothingToShrink) {
  ASSERT_EQ(run(kBuggy, {"--set", "store.bugs=[]"}).exit, 0);
  const Done shrunk = fracas({"shrink", path("run")});
  EXPECT_EQ(shrunk.exit, 254);
  EXPECT_THAT(shrunk.err, HasSubstr("there is nothing to shrink"));
}

TEST_F(StoredRuns, ThatDoNotFailAgainAreNotShrunk) {
  ASSERT_EQ(run(kBuggy).exit, 1);
  nlohmann::json experiment = json("run/experiment.json");
  experiment["store"]["bugs"] = nlohmann::json::array();
  write("run/experiment.json", experiment.dump());
  const Done shrunk = fracas({"shrink", path("run"), "--out", path("small")});
  EXPECT_EQ(shrunk.exit, 2);
  EXPECT_THAT(shrunk.err, AllOf(HasSubstr("did not fail again for regular"), HasSubstr("script.toml")));
  EXPECT_TRUE(load_experiment(path("small/script.toml"), {}));
}

}  // namespace
}  // namespace fracas::harness
