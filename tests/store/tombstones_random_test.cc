// gc = confirmed brings nothing back, and loses nothing, whatever happens: random schedules of puts, gets and
// deletes with loss, duplication, messages that take very long, partitions, sleeping nodes, crashes, and
// disks that are old copies. FRACAS_SCHEDULES says how many (.ci/nightly: 100,000).
//
// At most w - 1 = 1 node at a time comes back with an old disk, while all others are up and none has been
// restarted: what those remember is how it is noticed (rejoin.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "random_schedules.h"
#include "tombstone_cluster.h"

namespace fracas::store {
namespace {

using nlohmann::json;
using Fate = TestCluster::Fate;

int schedules() { return schedules_or(400); }

class Schedule {
 public:
  Schedule(std::uint64_t seed, Config config) : random_(seed), cluster_(std::move(config), seed) {
    old_copies_ = draw(3) == 0;
    cluster_.pass(second);
  }

  void run() {
    cluster_.fate = [this](const TestCluster::Envelope& envelope) { return fate_of(envelope); };
    for (int i = 0; i < 120; ++i) {
      act();
      hear();
      if (draw(3) == 0) cluster_.pass(static_cast<std::int64_t>(draw(60)) * millisecond);
    }
    settle();
    judge();
  }

  double dropped() {
    double sum = 0;
    for (NodeIndex node = 0; node < nodes(); ++node)
      sum += cluster_.metric(node, "fracas_tombstones_dropped_total");
    return sum;
  }

 private:
  struct Client {
    std::optional<RequestId> open;
    ClientRequest request;
    NodeIndex at = 0;
    std::string key;
    std::set<std::string> seen;  ///< behind the context
    std::string context;
  };
  /// Of a key, as far as anybody was told. Siblings: by value. lww: by stamp.
  struct Truth {
    std::set<std::string> covered;       ///< by a write or delete that was acknowledged
    std::set<std::string> maybe;         ///< by one that may have happened
    std::set<std::string> acknowledged;  ///< puts
    std::int64_t deleted_us = 0;
    std::map<std::string, std::int64_t> stamps;
  };

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  NodeIndex nodes() const { return static_cast<NodeIndex>(cluster_.config.nodes); }
  bool lww() const { return cluster_.config.conflict == Conflict::lww; }

  Fate fate_of(const TestCluster::Envelope& envelope) {
    if (cut_.contains({envelope.from, envelope.to})) return Fate::drop;
    switch (draw(40)) {
      case 0:
        return Fate::drop;
      case 1:
        return Fate::hold;
      case 2:
        // Twice, the second time late. (A process makes a forwarded put once, but its successor, which in the
        // world gets nothing that was sent to it, would make it again.)
        if (!std::holds_alternative<ForwardRequest>(envelope.message)) cluster_.held.push_back(envelope);
        return Fate::deliver;
      default:
        return Fate::deliver;
    }
  }

  void act() {
    const NodeIndex node = draw_node();
    switch (draw(20)) {
      case 0:
        for (NodeIndex other = 0; other < nodes(); ++other)
          if (other != node && draw(2) == 0) cut_.insert({node, other});
        break;
      case 1:
        cut_.clear();
        break;
      case 2:
        if (!old_copies_) crash_or_restart(node);
        break;
      case 3:
        if (draw(2) == 0 && asleep_.empty()) {
          asleep_.insert(node);
          if (cluster_.up(node)) cluster_.pause(node);
        } else {
          wake_all();
        }
        break;
      case 4:
        cluster_.release_held();
        break;
      case 5:
        if (old_copies_) snapshot_or_restore(node);
        break;
      case 6:
        cluster_.pass(static_cast<std::int64_t>(draw(800)) * millisecond);
        break;
      default:
        operate(clients_[draw(clients_.size())], node);
    }
    for (int i = static_cast<int>(draw(12)); i > 0 && cluster_.deliver_one(random_); --i) {
    }
  }

  NodeIndex draw_node() { return static_cast<NodeIndex>(draw(nodes())); }

  void wake_all() {
    for (const NodeIndex node : std::exchange(asleep_, {}))
      if (cluster_.up(node)) cluster_.resume(node);
  }

  void crash_or_restart(NodeIndex node) {
    if (!cluster_.up(node)) {
      cluster_.restart(node);
    } else {
      cluster_.crash(node);
      asleep_.erase(node);
      for (Client& client : clients_)
        if (client.open && client.at == node) give_up(client);
    }
  }

  /// Nobody will answer.
  void give_up(Client& client) {
    if (client.request.verb != Verb::get) note(client, nullptr);
    client = Client{};
  }

  void snapshot_or_restore(NodeIndex node) {
    if (!snapshot_) {
      snapshot_.emplace(node, cluster_.disk(node));
      return;
    }
    cut_.clear();
    wake_all();
    const auto lossy = std::exchange(cluster_.fate, deliver_all);
    cluster_.pass(3 * second);  // whoever has lost state before has caught up
    const auto [old_node, disk] = *snapshot_;
    snapshot_.reset();
    cluster_.crash(old_node);
    for (Client& client : clients_)
      if (client.open && client.at == old_node) give_up(client);
    cluster_.disk(old_node) = disk;
    cluster_.restart(old_node);
    cluster_.pass(2 * second);
    cluster_.fate = lossy;
    old_copies_ = false;
  }

  void operate(Client& client, NodeIndex node) {
    if (client.open || !cluster_.up(node) || asleep_.contains(node)) return;
    if (client.key.empty() || draw(6) == 0) {
      client = Client{};
      client.key = draw(2) == 0 ? "k" : "l";
    }
    const std::string context = lww() ? "" : client.context;
    const auto kind = draw(5);
    if (kind < 2) {
      client.request = get_request(client.key);
      client.request.r = 1 + static_cast<int>(draw(3));
    } else if (kind < 4) {
      client.request = put_request(client.key, std::to_string(++value_), context);
      client.request.w = 1 + static_cast<int>(draw(3));
    } else {
      client.request = remove_request(client.key, context);
    }
    client.at = node;
    client.open = cluster_.send(node, client.request);
  }

  void hear() {
    for (Client& client : clients_) {
      if (!client.open) continue;
      const ReplyToClient* reply = cluster_.reply(*client.open);
      if (reply == nullptr) {
        if (client.request.verb != Verb::get) note(client, nullptr);
        continue;
      }
      client.open.reset();
      if (client.request.verb == Verb::get) {
        if (reply->error) continue;
        client.seen = {reply->values.begin(), reply->values.end()};
        client.context = reply->context;
      } else {
        note(client, reply);
        client.context.clear();
        client.seen.clear();
      }
    }
  }

  void note(const Client& client, const ReplyToClient* reply) {
    Truth& truth = truths_[client.key];
    const bool ok = reply != nullptr && !reply->error;
    truth.maybe.insert(client.seen.begin(), client.seen.end());
    if (lww()) {
      if (!ok) return;
      const std::int64_t stamp_us = json::parse(reply->clock).at(0);
      if (client.request.verb == Verb::remove) {
        truth.deleted_us = std::max(truth.deleted_us, stamp_us);
      } else {
        truth.stamps[client.request.value] = stamp_us;
      }
      return;
    }
    if (!ok) return;
    truth.covered.insert(client.seen.begin(), client.seen.end());
    if (client.request.verb == Verb::put) truth.acknowledged.insert(client.request.value);
  }

  void settle() {
    cut_.clear();
    wake_all();
    for (NodeIndex node = 0; node < nodes(); ++node)
      if (!cluster_.up(node)) cluster_.restart(node);
    cluster_.fate = deliver_all;
    cluster_.pass(5 * second);
    cluster_.release_held();  // whatever had been under way all the time
    cluster_.pass(5 * second);
    hear();
  }

  void judge() {
    for (const auto& [key, truth] : truths_) {
      for (const NodeIndex home : cluster_.homes(key)) {
        const json state = json::parse(cluster_.state(home, key));
        std::set<std::string> held;
        for (const json& value : state.at("values")) held.insert(value.dump());
        for (const std::string& value : held) {
          EXPECT_FALSE(truth.covered.contains(value)) << key << ": " << value << " is back on " << home;
          const auto stamp = truth.stamps.find(value);
          if (stamp != truth.stamps.end()) {
            EXPECT_GE(stamp->second, truth.deleted_us) << key << ": " << value << " is back on " << home;
          }
        }
        for (const std::string& value : truth.acknowledged) {
          const bool may_be_gone = truth.maybe.contains(value);
          EXPECT_TRUE(may_be_gone || held.contains(value)) << key << ": " << value << " is lost";
        }
      }
      EXPECT_TRUE(cluster_.agree(key)) << key;
    }
  }

  std::mt19937_64 random_;
  TestCluster cluster_;
  bool old_copies_ = false;  ///< instead of crashes
  std::array<Client, 3> clients_;
  std::map<std::string, Truth> truths_;
  std::set<std::pair<NodeIndex, NodeIndex>> cut_;
  std::set<NodeIndex> asleep_;
  std::optional<std::pair<NodeIndex, std::map<std::string, std::string>>> snapshot_;
  int value_ = 0;
};

Config drawn(std::uint64_t seed, const BugSet& bugs = {}) {
  Config config = confirming(bugs);
  config.gc_after_ns = 50 * millisecond;
  config.timeout_ns = 50 * millisecond;
  config.nodes = seed % 2 == 0 ? 3 : 4;
  config.conflict = seed % 3 == 0 ? Conflict::lww : Conflict::siblings;
  config.repair = static_cast<Repair>(seed / 2 % 4);
  config.hints = seed / 8 % 2 == 0 ? Hints::coordinator : Hints::off;
  config.patience_ns = 15 * millisecond;
  if (config.nodes == 4 && config.repair != Repair::abd && seed / 16 % 2 == 0) {
    config.placement = Placement::sloppy;
    config.hints = Hints::fallback;
  }
  return config;
}

TEST(TombstonesAtRandom, confirmed_ones_never_let_anything_come_back_and_take_nothing_new_with_them) {
  double dropped = 0;
  for (int seed = 1; seed <= schedules() && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Config config = drawn(static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(check(config)) << check(config).error().message;
    Schedule schedule(static_cast<std::uint64_t>(seed), config);
    schedule.run();
    dropped += schedule.dropped();
  }
  EXPECT_GE(dropped, schedules()) << "or nothing was shown";
}

}  // namespace
}  // namespace fracas::store
