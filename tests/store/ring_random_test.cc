// With r + w > n no read misses what was acknowledged before it began, whatever the ring does: random
// schedules of puts and gets, joins, leaves, replacements and cancelled ones, proposed at several nodes at a
// time, with loss, duplication, messages that take very long, partitions, sleeping nodes, crashes, disks that
// sync late, and with rejoin = catchup disks that are lost. FRACAS_SCHEDULES says how many.
//
// The oracle: one writer to each key writes 1, 2, 3 ... With stamps of clocks that agree a newer value is a
// greater one; with stamp = query a write of unknown outcome may also end up above the next one. Siblings are
// all there but those that a put has seen, and none is there twice.
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
  Schedule(std::uint64_t seed, Config config, std::int64_t sync_ns)
      : random_(seed), cluster_(std::move(config), seed) {
    cluster_.sync_ns = sync_ns;
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
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  struct Truth {
    std::string name;
    int issued = 0;
    std::set<int> acknowledged = {0};
    // Of siblings: what the context has seen, and what each value was written over.
    std::string context;
    std::set<int> seen;
    std::set<int> overwritten;
    std::map<int, std::set<int>> over;
    std::optional<RequestId> open;  ///< the writer's
    NodeIndex at = 0;
  };
  struct Get {
    int key = 0;
    std::set<int> acknowledged_before;
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
    const bool loses = may_lose_disk(node) && draw(2) == 0;
    cluster_.crash(node);
    if (loses) cluster_.wipe_disk(node);
    // A connection ends with its process. What else is under way may as well come to its successor, but a
    // forwarded put would be made twice.
    std::erase_if(cluster_.held, [node](const TestCluster::Envelope& envelope) {
      return envelope.to == node && std::holds_alternative<ForwardRequest>(envelope.message);
    });
    asleep_.erase(node);
    for (auto& [key, truth] : truths_)
      if (truth.at == node) truth.open.reset();  // nobody will answer
  }

  /// Of what is acknowledged there is more than one copy, and all are there.
  bool may_lose_disk(NodeIndex node) {
    if (cluster_.config.rejoin != RejoinMode::catchup || cluster_.config.w < 2) return false;
    for (NodeIndex other = 0; other < nodes(); ++other)
      if (other != node && (!cluster_.up(other) || !cluster_.node(other).voting())) return false;
    return true;
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
      const std::string value = std::to_string(++truth.issued);
      truth.over[truth.issued] = truth.seen;
      truth.overwritten.insert(truth.seen.begin(), truth.seen.end());
      truth.open = cluster_.send(node, put_request(truth.name, value, truth.context));
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
      truth.acknowledged.insert(truth.issued);
    }
    for (auto get = gets_.begin(); get != gets_.end();) {
      const ReplyToClient* reply = cluster_.reply(get->first);
      if (reply == nullptr) {
        ++get;
        continue;
      }
      if (!reply->error) {
        Truth& truth = truths_.at(get->second.key);
        check(truth, get->second.acknowledged_before, *reply);
        if (siblings()) see(truth, *reply);
      }
      get = gets_.erase(get);
    }
  }

  bool siblings() const { return cluster_.config.conflict == Conflict::siblings; }

  static void see(Truth& truth, const ReplyToClient& reply) {
    truth.context = reply.context;
    truth.seen.clear();
    for (const int value : values_of(reply)) {
      truth.seen.insert(value);
      truth.seen.insert(truth.over[value].begin(), truth.over[value].end());
    }
  }

  static std::vector<int> values_of(const ReplyToClient& reply) {
    std::vector<int> values;
    for (const std::string& value : reply.values) values.push_back(std::stoi(value));
    return values;
  }

  void check(const Truth& truth, const std::set<int>& acknowledged, const ReplyToClient& reply) {
    const std::vector<int> values = values_of(reply);
    if (siblings()) {
      const std::set<int> read(values.begin(), values.end());
      if (read.size() != values.size()) wrong_.push_back(truth.name + ": a value is there twice");
      for (const int value : acknowledged)
        if (value != 0 && !read.contains(value) && !truth.overwritten.contains(value))
          wrong_.push_back(truth.name + ": a read lacks " + std::to_string(value));
      return;
    }
    const int read = values.empty() ? 0 : values.front();
    const bool undecided = cluster_.config.stamp == StampSource::query && !truth.acknowledged.contains(read);
    if (read < *acknowledged.rbegin() && !undecided)
      wrong_.push_back(truth.name + ": a read saw " + std::to_string(read) + ", not " +
                       std::to_string(*acknowledged.rbegin()));
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
      if (cluster_.config.anti_entropy_ns != 0 && states.size() > 1)
        wrong_.push_back(truth.name + ": its homes differ");
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
  std::vector<std::string> wrong_;
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
  if (seed % 5 < 2) config.conflict = Conflict::siblings, config.stamp = StampSource::wall;
  if (seed / 5 % 2 == 0) config.rejoin = RejoinMode::catchup;
  return config;
}

TEST(RingAtRandom, reads_see_what_was_acknowledged_before_them) {
  std::uint32_t epochs = 0;
  for (int seed = 1; seed <= schedules() && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Config config = drawn(static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(check(config)) << check(config).error().message;
    const std::int64_t sync_ns = seed / 3 % 2 == 0 ? 0 : 4 * millisecond;
    Schedule schedule(static_cast<std::uint64_t>(seed), config, sync_ns);
    schedule.run();
    EXPECT_THAT(schedule.wrong(), testing::IsEmpty());
    epochs += schedule.epoch() - 1;
  }
  EXPECT_GE(epochs, static_cast<std::uint32_t>(2 * schedules())) << "or nothing was shown";
}

}  // namespace
}  // namespace fracas::store
