// The conformance suite of worlds: one set of stories, told in each world. What a world cannot do, it says.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/coordinating_client.h"
#include "nemesis/kind.h"
#include "tests/harness/world_stories.h"

namespace fracas::harness {
namespace {

using nemesis::Ability;
using nemesis::NodeState;
using Status = TargetResponse::Status;

class WorldTest : public testing::TestWithParam<WorldKind> {
 protected:
  void SetUp() override {
    if (GetParam() == WorldKind::local && !std::filesystem::exists(store_program()))
      GTEST_SKIP() << "fracas-store is not built";
  }
  WorldStory story_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Worlds, WorldTest, testing::Values(WorldKind::local, WorldKind::sim),
                         [](const auto& world) { return std::string(to_string(world.param)); });

TEST_P(WorldTest, ServesWhatAnyNodeWasGiven) {
  story_.start();
  const TargetResponse written = story_.put("n1", "a/b c", "\"1-1\"");
  ASSERT_EQ(written.status, Status::ok) << written.error;
  EXPECT_FALSE(written.context.empty());
  EXPECT_FALSE(written.context_json.empty());
  const TargetResponse read = story_.get("n3", "a/b c");
  ASSERT_EQ(read.status, Status::ok) << read.error;
  EXPECT_EQ(read.values, std::vector<std::string>{"\"1-1\""});
  EXPECT_EQ(read.context_json, written.context_json);
  const TargetResponse absent = story_.get("n2", "nothing");
  EXPECT_EQ(absent.status, Status::ok) << absent.error;
  EXPECT_TRUE(absent.values.empty());
  EXPECT_EQ(story_.world().homes("a/b c").size(), 3u);
}

TEST_P(WorldTest, RefusesWhatTheStoreRefuses) {
  story_.start();
  const TargetResponse answer = story_.put("n1", "k", "\"1-1\"", "no context of ours");
  EXPECT_EQ(answer.status, Status::rejected);
  EXPECT_EQ(answer.error.find("bad-request: "), 0u) << answer.error;
  EXPECT_NE(answer.error.find("context"), std::string::npos) << answer.error;
}

TEST_P(WorldTest, DumpsWhatAReplicaHolds) {
  story_.start();
  story_.put("n1", "k", "\"1-1\"");
  std::optional<std::vector<std::pair<std::string, std::string>>> lines;
  story_.world().dump("n1", [&](auto dump) { lines = dump.value(); });
  ASSERT_TRUE(story_.eventually([&] { return lines.has_value(); }));
  ASSERT_EQ(lines->size(), 1u);
  EXPECT_EQ(lines->front().first, "k");
  EXPECT_NE(lines->front().second.find(R"("values":["1-1"])"), std::string::npos) << lines->front().second;
}

TEST_P(WorldTest, KillsANodeAndStartsItAgainOnTheSameData) {
  story_.start();
  nemesis::Nodes& nodes = story_.world().nodes();
  ASSERT_EQ(story_.put("n1", "k", "\"1-1\"").status, Status::ok);
  ASSERT_TRUE(nodes.kill("n1"));
  EXPECT_EQ(nodes.state("n1"), NodeState::stopped);
  EXPECT_FALSE(nodes.ready_since("n1").has_value());
  EXPECT_FALSE(nodes.kill("n1"));
  EXPECT_EQ(story_.get("n1", "k").status, Status::rejected) << "nobody is there: nothing can have happened";
  ASSERT_TRUE(nodes.start("n1"));
  EXPECT_FALSE(nodes.start("n1")) << "it is starting";
  ASSERT_TRUE(story_.ready("n1"));
  EXPECT_TRUE(nodes.ready_since("n1").has_value());
  const TargetResponse read = story_.get_at_last("n1", "k");
  EXPECT_EQ(read.values, std::vector<std::string>{"\"1-1\""}) << read.error;
}

TEST_P(WorldTest, ADeathEndsTheCallsThatItCatchesAtOnce) {
  story_.start();
  nemesis::Nodes& nodes = story_.world().nodes();
  ASSERT_TRUE(nodes.pause("n2"));
  std::optional<TargetResponse> answer;
  story_.world().call(0, "n2", {TargetRequest::Kind::put, "k", "\"1-1\"", "", 5 * kSecond},
                      [&](TargetResponse response) { answer = std::move(response); });
  ASSERT_TRUE(story_.eventually([&] { return nodes.operations_in_flight("n2") == 1; }));
  ASSERT_TRUE(nodes.kill("n2"));
  const std::int64_t killed = story_.world().now();
  ASSERT_TRUE(story_.eventually([&] { return answer.has_value(); }));
  EXPECT_NE(answer->status, Status::ok);
  EXPECT_LT(story_.world().now() - killed, 4 * kSecond) << "the connection breaks at once";
  EXPECT_EQ(nodes.operations_in_flight("n2"), 0u);
}

TEST_P(WorldTest, GivesNoAnswerWhileANodeIsPaused) {
  story_.start();
  nemesis::Nodes& nodes = story_.world().nodes();
  ASSERT_TRUE(nodes.pause("n2"));
  EXPECT_FALSE(nodes.pause("n2"));
  EXPECT_EQ(nodes.state("n2"), NodeState::paused);
  EXPECT_EQ(story_.call("n2", {TargetRequest::Kind::put, "k", "\"1-1\"", "", 200 * kMillisecond}).status,
            Status::unknown);
  ASSERT_TRUE(nodes.resume("n2"));
  EXPECT_FALSE(nodes.resume("n2"));
  EXPECT_EQ(story_.put("n2", "k", "\"1-2\"").status, Status::ok);
}

TEST_P(WorldTest, ANodeThatDoesNotRunTellsNothing) {
  story_.start();
  ASSERT_TRUE(story_.status("n1").has_value());
  story_.world().nodes().kill("n1");
  EXPECT_FALSE(story_.status("n1").has_value());
}

TEST_P(WorldTest, CutsANodeOffAndHealsIt) {
  story_.start(Ability::links);
  ASSERT_EQ(story_.put("n1", "k", "\"1-1\"").status, Status::ok);
  story_.cut_off("n1", true);
  EXPECT_EQ(story_.put("n1", "k", "\"1-2\"").status, Status::unknown) << "w = 2 cannot be reached";
  EXPECT_EQ(story_.put("n2", "k", "\"1-3\"").status, Status::ok) << "the majority goes on";
  const nemesis::LinkCounters counters = story_.world().network().counters("n1", "n2");
  EXPECT_GT(counters.connections_cut + counters.connections_refused + counters.bytes_held, 0u);
  story_.cut_off("n1", false);
  bool healed = false;
  for (int i = 0; i < 20 && !healed; ++i)
    healed = story_.put("n1", "k", "\"2-" + std::to_string(i) + "\"").status == Status::ok;
  EXPECT_TRUE(healed);
}

TEST_P(WorldTest, OverlappingCutsHealOneByOne) {
  story_.start(Ability::links);
  story_.cut_off("n1", true);
  story_.cut_off("n1", true);
  story_.cut_off("n1", false);
  EXPECT_EQ(story_.put("n1", "k", "\"1-1\"").status, Status::unknown) << "one cut is still there";
  story_.cut_off("n1", false);
}

TEST_P(WorldTest, DistortsOneClockAndReadsItBack) {
  story_.start(Ability::clocks);
  nemesis::Clocks& clocks = story_.world().clocks();
  if (const std::string why = clocks.unavailable("n2"); !why.empty()) GTEST_SKIP() << why;
  const std::int64_t since = story_.world().now();
  const auto handle = clocks.distort("n2", {60 * kSecond, 1.0});
  EXPECT_NEAR(story_.skew_s("n2"), 60, 1);
  EXPECT_GT(clocks.observed("n2", since).max, 59 * kSecond);
  EXPECT_NEAR(story_.skew_s("n1"), 0, 1);
  story_.world().nodes().kill("n2");
  story_.world().nodes().start("n2");
  ASSERT_TRUE(story_.ready("n2"));
  EXPECT_NEAR(story_.skew_s("n2"), 60, 1) << "still distorted";
  clocks.release(handle);
  EXPECT_NEAR(story_.skew_s("n2"), 0, 1);
}

/// A client that asks the homes itself.
class Coordinating {
 public:
  explicit Coordinating(WorldStory& story, int client = 0)
      : story_(story), client_(story.world(), story.store(), client, 7) {}

  TargetResponse call(TargetRequest request) {
    std::optional<TargetResponse> response;
    client_.call("", request, [&](TargetResponse answer) { response = std::move(answer); });
    EXPECT_TRUE(story_.eventually([&] { return response.has_value(); }));
    return response.value_or(TargetResponse{});
  }
  TargetResponse put(const std::string& value, const std::string& context = "") {
    TargetRequest request{TargetRequest::Kind::put, "a/b c", value, context, kSecond};
    if (story_.store().stamp == store::StampSource::client) request.stamp_us = story_.world().wall_us();
    return call(std::move(request));
  }
  TargetResponse get(const std::string& session = "") {
    TargetRequest request{TargetRequest::Kind::get, "a/b c", "", "", kSecond};
    request.session = session;
    return call(std::move(request));
  }
  bool comes_to_rest() {
    return story_.eventually([this] { return client_.idle(); });
  }

 private:
  WorldStory& story_;
  CoordinatingClient client_;
};

TEST_P(WorldTest, LetsClientsCoordinateWithContexts) {
  story_.store().coordinator = store::Coordination::client;
  story_.store().hints = store::Hints::off;
  story_.start();
  Coordinating one(story_, 0), two(story_, 1);
  ASSERT_EQ(one.put("\"1-1\"").status, Status::ok);
  ASSERT_EQ(two.put("{\"2\":[1]}").status, Status::ok);
  const TargetResponse read = one.get("new");
  ASSERT_EQ(read.values.size(), 2u) << read.error;
  EXPECT_FALSE(read.session.empty());
  EXPECT_EQ(one.put("\"1-2\"", read.context).status, Status::ok);
  EXPECT_EQ(two.get().values, std::vector<std::string>{"\"1-2\""});
  EXPECT_TRUE(one.comes_to_rest());
  story_.world().nodes().kill(story_.world().homes("a/b c")[0]);
  EXPECT_EQ(two.get().values, std::vector<std::string>{"\"1-2\""});
  EXPECT_EQ(two.put("\"2-2\"").status, Status::ok) << "another home makes the dot";
  EXPECT_TRUE(two.comes_to_rest());
}

TEST_P(WorldTest, LetsClientsCoordinateWithStamps) {
  story_.store().coordinator = store::Coordination::client;
  story_.store().hints = store::Hints::off;
  story_.store().conflict = store::Conflict::lww;
  story_.store().stamp = store::StampSource::client;
  story_.store().repair = store::Repair::abd;
  story_.start();
  Coordinating one(story_, 0), two(story_, 1);
  const TargetResponse written = one.put("\"1-1\"");
  ASSERT_EQ(written.status, Status::ok) << written.error;
  EXPECT_NE(written.clock.find("\"client0#"), std::string::npos) << written.clock;
  EXPECT_EQ(two.put("\"2-1\"").status, Status::ok);
  EXPECT_EQ(one.get().values, std::vector<std::string>{"\"2-1\""});
  EXPECT_TRUE(one.comes_to_rest());
  EXPECT_TRUE(two.comes_to_rest());
}

TEST_P(WorldTest, ACoordinatingClientAsksAnewWhileAnswersAreDue) {
  story_.store().coordinator = store::Coordination::client;
  story_.store().hints = store::Hints::off;
  story_.start();
  Coordinating client(story_);
  ASSERT_EQ(client.put("\"1-1\"").status, Status::ok);
  story_.world().nodes().pause(story_.world().homes("a/b c")[2]);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get().values, std::vector<std::string>{"\"1-1\""});
  story_.world().nodes().resume(story_.world().homes("a/b c")[2]);
  EXPECT_TRUE(client.comes_to_rest());
}

/// Runs until all nodes have told that they follow a ring with this number, and that it stays.
bool all_follow(WorldStory& story, std::uint64_t epoch) {
  std::map<std::string, std::uint64_t> follows;
  const auto ask = [&] {
    for (const std::string& node : story.world().node_names())
      story.world().status(node, [&follows, node](const Result<NodeStatus>& status) {
        if (status) follows[node] = status->ring_epoch;
      });
  };
  std::int64_t asked = -kSecond;
  return story.eventually([&] {
    if (story.world().now() - asked > 200 * kMillisecond) {
      asked = story.world().now();
      ask();
    }
    const auto at = [epoch](const auto& node) { return node.second == epoch; };
    return follows.size() == 4 && std::all_of(follows.begin(), follows.end(), at) &&
           !story.world().rings().seen().back().moving();
  });
}

TEST_P(WorldTest, LetsTheRingChangeAndFollowsIt) {
  story_.store().nodes = 4;
  story_.store().spares = 1;
  story_.start();
  ASSERT_EQ(story_.put("n1", "k", "\"1-1\"").status, Status::ok);
  const auto before = story_.world().homes("k");
  EXPECT_EQ(std::set<std::string>(before.begin(), before.end()), (std::set<std::string>{"n1", "n2", "n3"}));
  auto& rings = story_.world().rings();
  EXPECT_EQ(rings.seen().back().members, (std::vector<std::string>{"n1", "n2", "n3"}));
  const auto change =
      rings.ask("n3", {.kind = nemesis::RingChange::Kind::replace, .node = before[0], .with = "n4"});
  EXPECT_FALSE(rings.answer(change).answered);
  ASSERT_TRUE(story_.eventually([&] { return rings.answer(change).answered; }));
  EXPECT_TRUE(rings.answer(change).agreed) << rings.answer(change).message;
  ASSERT_TRUE(all_follow(story_, 3));
  const auto after = story_.world().homes("k");
  EXPECT_EQ(after.size(), 3u);
  EXPECT_NE(std::find(after.begin(), after.end(), "n4"), after.end());
  EXPECT_EQ(std::find(after.begin(), after.end(), before[0]), after.end());
  EXPECT_EQ(story_.get("n4", "k").values, std::vector<std::string>{"\"1-1\""});

  const auto refused = rings.ask("n1", {.node = "n4"});
  ASSERT_TRUE(story_.eventually([&] { return rings.answer(refused).answered; }));
  EXPECT_FALSE(rings.answer(refused).agreed);
  EXPECT_EQ(rings.answer(refused).message, "conflict: n4 is a member already");
}

TEST_P(WorldTest, StopsPausedNodesToo) {
  story_.start();
  story_.world().nodes().pause("n1");
  bool stopped = false;
  story_.world().stop_nodes([&] { stopped = true; });
  ASSERT_TRUE(story_.eventually([&] { return stopped; }));
  for (const std::string& node : story_.world().node_names())
    EXPECT_EQ(story_.world().nodes().state(node), NodeState::stopped) << node;
}

TEST_P(WorldTest, SaysWhichKindsOfFaultsItCannotDo) {
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    const std::string why = why_not(GetParam(), kind.name);
    const bool ours = kind.needs == Ability::packets || kind.needs == Ability::disks;
    EXPECT_EQ(why.empty(), GetParam() == WorldKind::sim || !ours) << kind.name;
  }
}

}  // namespace
}  // namespace fracas::harness
