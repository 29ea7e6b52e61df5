// With r + w > n no read misses what was acknowledged before it began, whatever the ring does: random
// schedules of puts and gets, joins, leaves, replacements and cancelled ones, proposed at several nodes at a
// time, with loss, duplication, messages that take very long, partitions, sleeping nodes and crashes.
// FRACAS_SCHEDULES says how many.
//
// The oracle: one writer to each key writes 1, 2, 3 ... with stamps of clocks that agree, so that a newer
// value is a greater one. With stamp = query a write of unknown outcome may also end up above the next one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "bug_story.h"
#include "random_schedules.h"

namespace fracas::store {
namespace {

using nlohmann::json;
using Fate = TestCluster::Fate;
using Kind = RingChange::Kind;

constexpr int keys = 12;

int schedules() { return schedules_or(150); }

class Schedule {
 public:
  Schedule(std::uint64_t seed, Config config) : random_(seed), cluster_(std::move(config), seed) {
    for (int key = 0; key < keys; ++key) truths_[key].name = "key-" + std::to_string(key);
  }

  void run() {
    cluster_.fate = [this](const TestCluster::Envelope& envelope) { return fate_of(envelope); };
    for (int i = 0; i < 160; ++i) {
      act();
      hear();
      cluster_.pass(static_cast<std::int64_t>(1 + draw(30)) * millisecond);
    }
    settle();
    judge();
  }

  std::uint32_t epoch() { return ring(0).at("epoch"); }
  /// Reads that missed something, and keys whose homes differ at the end.
  int wrong() const { return wrong_; }

 private:
  struct Truth {
    std::string name;
    int issued = 0;
    int acknowledged = 0;
    std::set<int> all_acknowledged = {0};
    std::optional<RequestId> open;  ///< the writer's
    NodeIndex at = 0;
  };
  struct Get {
    int key = 0;
    int at_least = 0;
  };

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  NodeIndex nodes() const { return static_cast<NodeIndex>(cluster_.config.nodes); }
  json ring(NodeIndex node) { return json::parse(cluster_.node(node).ring()); }

  Fate fate_of(const TestCluster::Envelope& envelope) {
    if (cut_.contains({envelope.from, envelope.to})) return Fate::drop;
    switch (draw(60)) {
      case 0:
        return Fate::drop;
      case 1:
        return Fate::hold;
      case 2:
        cluster_.held.push_back(envelope);  // twice, the second time late
        return Fate::deliver;
      default:
        return Fate::deliver;
    }
  }

  void act() {
    const auto node = static_cast<NodeIndex>(draw(nodes()));
    switch (draw(24)) {
      case 0:
        for (NodeIndex other = 0; other < nodes(); ++other)
          if (other != node && draw(2) == 0) cut_.insert({node, other}), cut_.insert({other, node});
        break;
      case 1:
      case 2:
        cut_.clear();
        break;
      case 3:
        crash_or_restart(node);
        break;
      case 4:
        restart_all();
        break;
      case 5:
        if (asleep_.empty() && cluster_.up(node)) {
          asleep_.insert(node);
          cluster_.pause(node);
        } else {
          wake_all();
        }
        break;
      case 6:
        cluster_.release_held();
        break;
      case 7:
        cluster_.pass(static_cast<std::int64_t>(draw(500)) * millisecond);
        break;
      case 8:
      case 9:
        change_ring(node);
        break;
      default:
        operate(node);
    }
    for (int i = static_cast<int>(draw(40)); i > 0 && cluster_.deliver_one(random_); --i) {
    }
  }

  void wake_all() {
    for (const NodeIndex node : std::exchange(asleep_, {}))
      if (cluster_.up(node)) cluster_.resume(node);
  }

  void crash_or_restart(NodeIndex node) {
    if (!cluster_.up(node)) return cluster_.restart(node);
    cluster_.crash(node);
    asleep_.erase(node);
    for (auto& [key, truth] : truths_)
      if (truth.at == node) truth.open.reset();  // nobody will answer
  }

  void restart_all() {
    for (NodeIndex node = 0; node < nodes(); ++node)
      if (!cluster_.up(node)) cluster_.restart(node);
  }

  void change_ring(NodeIndex node) {
    if (!cluster_.up(node) || asleep_.contains(node)) return;
    const std::string one = cluster_.name(static_cast<NodeIndex>(draw(nodes())));
    const std::string other = cluster_.name(static_cast<NodeIndex>(draw(nodes())));
    constexpr std::array kinds{Kind::join,    Kind::join,    Kind::leave,
                               Kind::replace, Kind::replace, Kind::cancel};
    const Kind kind = kinds[draw(kinds.size())];
    cluster_.send(node, ChangeRing{.id = 0,
                                   .kind = kind,
                                   .node = kind == Kind::cancel ? "" : one,
                                   .with = kind == Kind::replace ? other : ""});
  }

  void operate(NodeIndex node) {
    if (!cluster_.up(node) || asleep_.contains(node)) return;
    Truth& truth = truths_[static_cast<int>(draw(keys))];
    if (draw(2) == 0) {
      if (truth.open) return;
      truth.at = node;
      truth.open = cluster_.send(node, put_request(truth.name, std::to_string(++truth.issued)));
    } else {
      const RequestId id = cluster_.send(node, get_request(truth.name));
      gets_[id] = {std::stoi(truth.name.substr(4)), truth.acknowledged};
    }
  }

  void hear() {
    for (auto& [key, truth] : truths_) {
      const ReplyToClient* reply = truth.open ? cluster_.reply(*truth.open) : nullptr;
      if (reply == nullptr) continue;
      truth.open.reset();
      if (reply->error) continue;
      truth.acknowledged = truth.issued;
      truth.all_acknowledged.insert(truth.issued);
    }
    for (auto get = gets_.begin(); get != gets_.end();) {
      const ReplyToClient* reply = cluster_.reply(get->first);
      if (reply == nullptr) {
        ++get;
        continue;
      }
      if (!reply->error) {
        check(truths_.at(get->second.key), get->second.at_least, *reply);
      }
      get = gets_.erase(get);
    }
  }

  void check(const Truth& truth, int at_least, const ReplyToClient& reply) {
    const int read = reply.values.empty() ? 0 : std::stoi(reply.values.front());
    const bool undecided =
        cluster_.config.stamp == StampSource::query && !truth.all_acknowledged.contains(read);
    if (read < at_least && !undecided) ++wrong_;
  }

  void settle() {
    cut_.clear();
    wake_all();
    restart_all();
    cluster_.fate = deliver_all;
    cluster_.pass(4 * second);
    cluster_.release_held();  // whatever had been under way all the time
    cluster_.pass(4 * second);
    hear();
  }

  void judge() {
    for (NodeIndex node = 0; node < nodes(); ++node) {
      EXPECT_TRUE(ring(node) == ring(0)) << "node " << node << " has another ring";
      EXPECT_FALSE(ring(node).at("moving").get<bool>()) << cluster_.node(node).status({});
    }
    for (auto& [key, truth] : truths_) {
      const json places = json::parse(cluster_.node(0).preference_list(truth.name));
      std::set<std::string> states;
      for (const json& home : places.at("homes")) {
        const auto index = static_cast<NodeIndex>(std::stoi(home.get<std::string>().substr(1)) - 1);
        states.insert(cluster_.state(index, truth.name));
      }
      // What a coordinator had no time to leave a hint for stays as it is without anti-entropy.
      if (cluster_.config.anti_entropy_ns != 0) wrong_ += states.size() == 1 ? 0 : 1;
      for (NodeIndex node = 0; node < nodes(); ++node) {
        const ReplyToClient reply = cluster_.get(node, truth.name);
        ASSERT_FALSE(reply.error) << reply.error->message;
        check(truth, truth.acknowledged, reply);
      }
    }
  }

  std::mt19937_64 random_;
  TestCluster cluster_;
  std::map<int, Truth> truths_;
  std::map<RequestId, Get> gets_;
  std::set<std::pair<NodeIndex, NodeIndex>> cut_;
  std::set<NodeIndex> asleep_;
  int wrong_ = 0;
};

Config drawn(std::uint64_t seed) {
  Config config = quiet_config();
  config.nodes = 6;
  config.spares = seed % 2 == 0 ? 1 : 2;
  config.conflict = Conflict::lww;
  config.stamp = seed / 2 % 2 == 0 ? StampSource::wall : StampSource::query;
  config.repair = static_cast<Repair>(seed / 4 % 4);
  config.r = 1 + static_cast<int>(seed % 3);
  config.w = 4 - config.r;
  config.hints = seed / 8 % 2 == 0 ? Hints::coordinator : Hints::off;
  config.anti_entropy_ns = seed / 16 % 2 == 0 ? 200 * millisecond : 0;
  if (config.hints == Hints::off) config.anti_entropy_ns = 200 * millisecond;
  config.timeout_ns = 60 * millisecond;
  return config;
}

TEST(RingAtRandom, reads_see_what_was_acknowledged_before_them) {
  std::uint32_t epochs = 0;
  for (int seed = 1; seed <= schedules() && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Config config = drawn(static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(check(config)) << check(config).error().message;
    Schedule schedule(static_cast<std::uint64_t>(seed), config);
    schedule.run();
    EXPECT_EQ(schedule.wrong(), 0);
    epochs += schedule.epoch() - 1;
  }
  EXPECT_GE(epochs, static_cast<std::uint32_t>(2 * schedules())) << "or nothing was shown";
}

}  // namespace
}  // namespace fracas::store
