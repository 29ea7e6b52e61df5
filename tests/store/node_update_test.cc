// Read-modify-write with the causal context loses no acknowledged addition: whatever is dropped, reordered or
// crashes, whoever coordinates, at any r and w.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "test_cluster.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;
using Elements = std::set<std::string>;

Elements elements(const std::vector<std::string>& siblings) {
  Elements result;
  for (const std::string& sibling : siblings) {
    std::istringstream words(sibling);
    for (std::string word; words >> word;) result.insert(word);
  }
  return result;
}

std::string text(const Elements& set) {
  std::string result;
  for (const std::string& element : set) result += (result.empty() ? "" : " ") + element;
  return result;
}

/// A client that adds one element after the other to the set under one key.
struct Client {
  int number = 0;
  int added = 0;
  std::optional<RequestId> reading;
  std::optional<RequestId> writing;
  std::string element;
};

struct Story {
  TestCluster& cluster;
  std::mt19937_64& random;
  std::vector<Client> clients;
  Elements acknowledged;
  Elements attempted;

  NodeIndex any_node() {
    return static_cast<NodeIndex>(random() % static_cast<std::uint64_t>(cluster.config.nodes));
  }

  /// The client gives up on a request whose node has crashed.
  void take_turn(Client& client) {
    if (client.writing) {
      if (const auto* reply = cluster.reply(*client.writing)) {
        if (!reply->error) acknowledged.insert(client.element);
        client.writing.reset();
      } else if (random() % 20 == 0) {
        client.writing.reset();
      }
    } else if (client.reading) {
      if (const auto* reply = cluster.reply(*client.reading))
        write(client, *reply);
      else if (random() % 20 == 0)
        client.reading.reset();
    } else if (const NodeIndex node = any_node(); cluster.up(node)) {
      client.reading = cluster.send(node, get_request("set"));
    }
  }

  void write(Client& client, const ReplyToClient& read) {
    client.reading.reset();
    const NodeIndex node = any_node();
    if (read.error || !cluster.up(node)) return;
    client.element = std::to_string(client.number) + "-" + std::to_string(client.added++);
    attempted.insert(client.element);
    Elements merged = elements(read.values);
    merged.insert(client.element);
    client.writing = cluster.send(node, put_request("set", text(merged), read.context));
  }

  void misfortune() {
    const NodeIndex node = any_node();
    if (cluster.up(node)) {
      if (random() % 3 == 0) cluster.crash(node);
    } else {
      cluster.restart(node);
    }
  }

  void one_step() {
    const std::uint64_t dice = random() % 100;
    if (dice < 25) {
      take_turn(clients[random() % clients.size()]);
    } else if (dice < 27) {
      misfortune();
    } else if (dice < 28) {
      cluster.pass(300'000'000);
    } else {
      cluster.deliver_one(random);
    }
  }

  void heal_and_settle() {
    cluster.fate = [](const auto&) { return Fate::deliver; };
    for (NodeIndex node = 0; node < cluster.config.nodes; ++node) {
      if (!cluster.up(node)) cluster.restart(node);
    }
    cluster.pass(10'000'000'000);
    for (Client& client : clients) {
      if (client.writing) take_turn(client);
    }
  }
};

/// Runs a random story; true if nothing acknowledged is missing from any home at the end.
void expect_nothing_lost(Config config, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  TestCluster cluster(config, seed);
  cluster.fate = [&](const auto&) {
    const std::uint64_t dice = random() % 10;
    return dice < 1 ? Fate::drop : dice < 2 ? Fate::refuse : Fate::deliver;
  };
  Story story{cluster, random, {}, {}, {}};
  for (int i = 0; i < 4; ++i)
    story.clients.push_back({.number = i, .reading = {}, .writing = {}, .element = {}});
  for (int i = 0; i < 1500; ++i) story.one_step();
  story.heal_and_settle();
  RC_ASSERT(cluster.agree("set"));
  const Elements found = elements(cluster.get(cluster.homes("set")[0], "set").values);
  for (const std::string& element : story.acknowledged) RC_ASSERT(found.contains(element));
  for (const std::string& element : found) RC_ASSERT(story.attempted.contains(element));
  RC_CLASSIFY(story.acknowledged.size() > 5U);
}

Config any_config() {
  Config config;
  config.nodes = *rc::gen::inRange(3, 6);
  config.r = *rc::gen::inRange(1, 4);
  config.w = *rc::gen::inRange(1, 4);
  config.repair = *rc::gen::element(Repair::none, Repair::async);
  config.hints = *rc::gen::element(Hints::coordinator, Hints::off);
  return config;
}

RC_GTEST_PROP(Update, with_context_loses_no_acknowledged_addition, ()) {
  expect_nothing_lost(any_config(), *rc::gen::arbitrary<std::uint64_t>());
}

RC_GTEST_PROP(Update, with_context_loses_no_acknowledged_addition_with_stand_ins_either, ()) {
  Config config = any_config();
  config.nodes = *rc::gen::inRange(4, 8);
  config.placement = Placement::sloppy;
  config.hints = Hints::fallback;
  config.hint_quota = *rc::gen::element<std::int64_t>(1, 100);
  config.suspect_after = *rc::gen::inRange(1, 4);
  expect_nothing_lost(config, *rc::gen::arbitrary<std::uint64_t>());
}

TEST(Update, that_ignores_contexts_is_caught_by_the_same_story) {
  Config config;
  config.bugs.add(Bug::context_ignored);
  const bool held = rc::check([&] { expect_nothing_lost(config, *rc::gen::arbitrary<std::uint64_t>()); });
  EXPECT_FALSE(held);
}

/// One run of many writes that ends in a crash of everything: what was acknowledged is on the disks.
RC_GTEST_PROP(Node, rebuilt_from_its_disk_is_the_node_that_crashed, ()) {
  Config config = quiet_config();
  config.conflict = *rc::gen::element(Conflict::siblings, Conflict::lww);
  TestCluster cluster(config, *rc::gen::arbitrary<std::uint64_t>());
  const auto puts = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12));
  for (const int put : puts) {
    cluster.put(static_cast<NodeIndex>(put % 3), "k" + std::to_string(put % 4), std::to_string(put));
  }
  std::vector<std::string> before;
  for (const std::string& key : cluster.node(0).keys()) before.push_back(cluster.state(0, key));
  cluster.crash(0);
  cluster.restart(0);
  std::vector<std::string> after;
  for (const std::string& key : cluster.node(0).keys()) after.push_back(cluster.state(0, key));
  RC_ASSERT(before == after);
}

TEST(Node, refuses_a_disk_with_a_damaged_record_naming_its_key) {
  TestCluster cluster(quiet_config());
  cluster.put(0, "broken", "1");
  auto& record = cluster.disk(0).at("kbroken");
  record.resize(record.size() - 1);
  NodeOptions options{
      .config = cluster.config, .self = 0, .names = {"n1", "n2", "n3"}, .actor = {}, .seed = 0};
  const auto opened = Node::open(options, {cluster.disk(0).begin(), cluster.disk(0).end()});
  ASSERT_TRUE(opened.has_error());
  EXPECT_NE(opened.error().find("kbroken"), std::string::npos);
}

TEST(Node, takes_any_message_from_anybody_at_any_time) {
  const std::vector<Message> messages{ReadRequest{1, "k"},
                                      ReadReply{1, {}, LwwCell{}},
                                      WriteRequest{1, "k", LwwCell{}},
                                      WriteRequest{1, "k", {}},
                                      WriteReply{1, {}, 0},
                                      ForwardRequest{1, false, "", "", "x", 0xffffffff, 0xffffffff, -1},
                                      ForwardReply{1, 255, {}, {}, {}, {}, {}, 0, 0},
                                      ExchangeRoots{1, {{65535, {}}, {3, {1, 1}}}},
                                      ExchangeBuckets{1, {{65535, {{65535, {}}}}}},
                                      ExchangeKeys{1, {0, 65535}, {{"k", LwwCell{}}}},
                                      ExchangeStates{1, {{"k", LwwCell{}}}, {"absent"}},
                                      ExchangePush{1, {{"k", {}}}},
                                      ExchangePushed{1},
                                      HintRequest{1, 99, "k", {}},
                                      HintReply{1, {}, 99, true}};
  TestCluster cluster(quiet_config());
  std::vector<Effect> effects;
  for (const NodeIndex from : std::array<NodeIndex, 4>{0, 1, 2, 999}) {
    for (const Message& message : messages) {
      cluster.node(0).step({}, FromPeer{from, message}, effects);
      cluster.node(0).step({}, SendFailed{from, message}, effects);
    }
  }
  cluster.node(0).step({}, TimerFired{12345}, effects);
  EXPECT_TRUE(cluster.node(0).keys().empty()) << "nothing of another kind was taken over";
}

}  // namespace
}  // namespace fracas::store
