// A scripted run in a world with virtual time: exactly what the script says, when it says so, to its end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checker/history.h"
#include "fake_world.h"
#include "harness/runner.h"

namespace fracas::harness {
namespace {

using checker::Function;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;

/// An operation as the history shows it; its time since the load began.
struct Done {
  Function f;
  std::int64_t invoked_ns;
  std::int32_t session;
  std::string node;
  std::string value;
};

class ScriptRun : public testing::Test {
 protected:
  ScriptRun() {
    experiment_.name = "script";
    experiment_.seed = 7;
    experiment_.workload = "register";
    experiment_.store.nodes = 3;
    experiment_.steady = kSecond;
    experiment_.duration = 2 * kSecond;
    experiment_.load.clients = 2;
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::temp_directory_path() / ("fracas-script-" + std::to_string(::getpid()) + test);
    std::filesystem::create_directories(folder_);
  }
  ~ScriptRun() override { std::filesystem::remove_all(folder_); }

  void operation(std::int64_t at, int client, Function f, const char* key, const char* value = "null",
                 const char* node = "n1") {
    experiment_.script.push_back({at, client, {f, key, value}, node});
  }

  /// What clients did, without the final reads; times since the load began.
  std::vector<Done> run() {
    outcome_ = run_experiment(experiment_, {}, world_, folder_, "fracas run", [](const Progress&) {});
    auto read = checker::read_history(folder_ / "history.jsonl");
    EXPECT_TRUE(read.has_value());
    history_ = std::move(*read);
    std::vector<Done> done;
    for (const checker::Operation& o : history_.operations()) {
      if (o.final) continue;
      done.push_back({.f = o.f,
                      .invoked_ns = history_.invoked_ns(o) - load_began(),
                      .session = history_.session(o),
                      .node = std::string(history_.text(history_.node(o))),
                      .value = std::string(history_.text(o.value))});
    }
    return done;
  }
  std::int64_t load_began() const {
    std::ifstream file(folder_ / "run.json");
    const nlohmann::json run = nlohmann::json::parse(file);
    for (const auto& phase : run.at("phases"))
      if (phase.at("name") == "steady") return phase.at("begin_ns");
    ADD_FAILURE() << "the load never began";
    return 0;
  }
  Experiment experiment_;
  FakeWorld world_{3};
  std::filesystem::path folder_;
  RunOutcome outcome_;
  checker::History history_;
};

TEST_F(ScriptRun, DoesExactlyWhatItSays) {
  operation(1'203 * kMillisecond, 1, Function::write, "k7", "\"a\"", "n3");
  operation(1'500 * kMillisecond, 0, Function::read, "k7", "null", "n2");
  operation(250 * kMillisecond, 1, Function::remove_key, "k1", "null", "n1");
  const std::vector<Done> done = run();
  EXPECT_FALSE(outcome_.error) << outcome_.error->message;
  ASSERT_EQ(done.size(), 3u) << "nothing else is drawn";
  EXPECT_EQ(done[0].f, Function::remove_key);
  EXPECT_EQ(done[0].invoked_ns, 250 * kMillisecond);
  EXPECT_EQ(done[1].invoked_ns, 1'203 * kMillisecond);
  EXPECT_EQ(done[1].session, 1);
  EXPECT_EQ(done[1].node, "n3");
  EXPECT_EQ(done[1].value, "\"a\"");
  EXPECT_EQ(done[2].invoked_ns, 1'500 * kMillisecond);
  EXPECT_EQ(done[2].node, "n2");
  EXPECT_EQ(done[2].value, "\"a\"");
}

TEST_F(ScriptRun, WaitsWhileTheClientsOperationBeforeIsOpen) {
  world_.latency = 300 * kMillisecond;
  operation(100 * kMillisecond, 0, Function::write, "k0", "\"1\"");
  operation(200 * kMillisecond, 0, Function::write, "k0", "\"2\"");
  operation(200 * kMillisecond, 1, Function::write, "k0", "\"3\"");
  operation(900 * kMillisecond, 0, Function::write, "k0", "\"4\"");
  const std::vector<Done> done = run();
  ASSERT_EQ(done.size(), 4u);
  EXPECT_EQ(done[0].invoked_ns, 100 * kMillisecond);
  EXPECT_EQ(done[1].invoked_ns, 200 * kMillisecond) << "another client does not wait";
  EXPECT_EQ(done[2].value, "\"2\"");
  EXPECT_EQ(done[2].invoked_ns, 400 * kMillisecond);
  EXPECT_EQ(done[3].invoked_ns, 900 * kMillisecond) << "and is in time again";
}

TEST_F(ScriptRun, MayDoNothingBeforeTheTorment) {
  operation(2'500 * kMillisecond, 0, Function::write, "k0", "\"1\"");
  EXPECT_EQ(run().size(), 1u);
  EXPECT_FALSE(outcome_.error) << outcome_.error->message;
}

TEST_F(ScriptRun, IsCarriedOutToItsEnd) {
  operation(5 * kSecond, 0, Function::write, "k0", "\"1\"");
  operation(60 * kSecond, 0, Function::write, "k0", "\"2\"");
  const std::vector<Done> done = run();
  ASSERT_EQ(done.size(), 2u) << "though the torment ended after 3 s";
  EXPECT_EQ(done[1].invoked_ns, 60 * kSecond);
  EXPECT_FALSE(outcome_.error);
}

TEST_F(ScriptRun, IsCutShortByAnInterruption) {
  operation(500 * kMillisecond, 0, Function::write, "k0", "\"1\"");
  operation(60 * kSecond, 0, Function::write, "k0", "\"2\"");
  world_.at(5 * kSecond, [this] { world_.interrupt(); });
  EXPECT_EQ(run().size(), 1u);
  EXPECT_TRUE(outcome_.interrupted);
  EXPECT_LT(world_.now(), 20 * kSecond);
}

TEST_F(ScriptRun, ReadsAtTheEndWhatItTouched) {
  operation(100 * kMillisecond, 0, Function::write, "k0", "\"1\"");
  operation(200 * kMillisecond, 1, Function::write, "k1", "\"2\"");
  run();
  std::vector<std::string> keys;
  for (const checker::Operation& o : history_.operations())
    if (o.final) keys.emplace_back(history_.text(o.key));
  EXPECT_EQ(keys, (std::vector<std::string>{"k0", "k1"}));
}

}  // namespace
}  // namespace fracas::harness
