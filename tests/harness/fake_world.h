// A scripted world with virtual time: nodes that are only states, a store that is one map, and switches for
// everything that can go wrong around a run.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/world.h"
#include "nemesis/limited.h"
#include "tests/nemesis/fake_surroundings.h"

namespace fracas::harness {

class FakeWorld : public World, public nemesis::Nodes, public nemesis::LinksOnly, public nemesis::Clocks {
 public:
  explicit FakeWorld(int nodes) {
    for (int i = 1; i <= nodes; ++i) states_["n" + std::to_string(i)] = nemesis::NodeState::stopped;
  }

  // --- the script ---
  bool serves = true;        ///< answers operations
  bool never_ready = false;  ///< nodes stay "starting"
  bool never_idle = false;   ///< nodes repair all the time
  bool hints_stay = false;   ///< a hint is pending for ever
  bool stop_hangs = false;   ///< stop_nodes() never calls back
  bool dumps_fail = false;
  std::set<std::string> die_on_start;  ///< these end right after each start
  std::int64_t latency = 1'000'000;
  nemesis::FakeRings ring;
  std::map<std::string, std::uint64_t> follows;  ///< the number of a node's ring; left out: the latest
  void at(std::int64_t when, std::function<void()> callback) { after(when - now_, std::move(callback)); }
  void interrupt() { interrupt_(); }
  void die(const std::string& node) {
    states_.at(node) = nemesis::NodeState::stopped;
    exit_({node, "signal 11", "line before\nlast words\n"});
  }
  nemesis::NodeState& state_of(const std::string& node) { return states_.at(node); }

  // --- what happened ---
  int blocked = 0;    ///< links that are blocked now
  int distorted = 0;  ///< distortions in force now
  bool nodes_stopped = false;
  std::uint64_t answered = 0;  ///< operations, each counted when its callback is called
  std::uint64_t asked = 0;

  // --- World ---
  std::int64_t now() const override { return now_; }
  std::int64_t wall_us() const override { return 1'700'000'000'000'000 + now_ / 1000; }
  void after(std::int64_t delay, std::function<void()> callback) override {
    queue_.emplace(std::pair(now_ + std::max<std::int64_t>(0, delay), sequence_++), std::move(callback));
  }
  std::vector<std::string> node_names() const override {
    std::vector<std::string> result;
    for (const auto& [node, state] : states_) result.push_back(node);
    return result;
  }
  void start_nodes(std::int64_t deadline, std::function<void(Result<void>)> done) override {
    for (const std::string& node : node_names()) start(node);
    if (never_ready) {
      after(deadline, [done] { done(Error{Exit::environment, "not ready in time: n1"}); });
    } else {
      after(50'000'000, [done] { done({}); });
    }
  }
  nemesis::Nodes& nodes() override { return *this; }
  nemesis::Network& network() override { return *this; }
  nemesis::Clocks& clocks() override { return *this; }
  nemesis::Disks& disks() override { return disks_; }
  nemesis::Rings& rings() override { return ring; }
  void call(int, const std::string& node, const TargetRequest& request,
            std::function<void(TargetResponse)> done) override {
    ++asked;
    const bool up = states_.at(node) == nemesis::NodeState::ready;
    const std::int64_t delay = up && serves ? latency : request.timeout_ns;
    after(delay, [this, up, request, done] {
      ++answered;
      done(up && serves ? carry_out(request) : TargetResponse{});
    });
  }
  void status(const std::string& node, std::function<void(Result<NodeStatus>)> done) override {
    after(1'000'000, [this, node, done] {
      if (states_.at(node) != nemesis::NodeState::ready) return done(Error{Exit::environment, "away"});
      NodeStatus status;
      status.wall_us = wall_us() + (distorted > 0 ? 5'000'000 : 0);
      status.hints_pending = hints_stay ? 1 : 0;
      status.repairs = never_idle ? static_cast<std::uint64_t>(now_ / 100'000'000) : 0;
      status.ring_epoch = follows.contains(node) ? follows.at(node) : ring.views.back().epoch;
      for (const std::string& peer : node_names()) {
        if (peer != node)
          status.exchanges.emplace_back(peer, static_cast<std::uint64_t>(now_ / 1'000'000'000));
      }
      done(status);
    });
  }
  void dump(const std::string&,
            std::function<void(Result<std::vector<std::pair<std::string, std::string>>>)> done) override {
    after(1'000'000, [this, done] {
      if (dumps_fail) return done(Error{Exit::environment, "no dump today"});
      std::vector<std::pair<std::string, std::string>> lines;
      for (const auto& [key, value] : store_) {
        lines.emplace_back(key,
                           "{\"key\":\"" + key + "\",\"values\":[" + value + "],\"clock\":[1,\"n1\",1]}");
      }
      done(lines);
    });
  }
  std::vector<std::string> homes(const std::string&) const override { return node_names(); }
  void on_node_exit(std::function<void(NodeExit)> callback) override { exit_ = std::move(callback); }
  void on_interrupt(std::function<void()> callback) override { interrupt_ = std::move(callback); }
  void stop_nodes(std::function<void()> done) override {
    for (auto& [node, state] : states_) state = nemesis::NodeState::stopped;
    nodes_stopped = true;
    if (!stop_hangs) after(10'000'000, std::move(done));
  }
  void run() override {
    running_ = true;
    while (running_ && !queue_.empty()) {
      auto first = queue_.extract(queue_.begin());
      now_ = first.key().first;
      first.mapped()();
    }
  }
  void stop() override { running_ = false; }

  // --- nemesis::Nodes ---
  std::vector<std::string> names() const override { return node_names(); }
  nemesis::NodeState state(const std::string& node) const override { return states_.at(node); }
  bool kill(const std::string& node) override {
    return std::exchange(states_.at(node), nemesis::NodeState::stopped) != nemesis::NodeState::stopped;
  }
  bool start(const std::string& node) override {
    nemesis::NodeState& state = states_.at(node);
    if (state != nemesis::NodeState::stopped) return false;
    state = nemesis::NodeState::starting;
    after(20'000'000, [this, node] {
      if (states_.at(node) != nemesis::NodeState::starting || never_ready) return;
      if (die_on_start.contains(node)) return die(node);
      states_.at(node) = nemesis::NodeState::ready;
    });
    return true;
  }
  bool pause(const std::string& node) override {
    return std::exchange(states_.at(node), nemesis::NodeState::paused) == nemesis::NodeState::ready;
  }
  bool resume(const std::string& node) override {
    return std::exchange(states_.at(node), nemesis::NodeState::ready) == nemesis::NodeState::paused;
  }
  std::uint64_t operations_in_flight(const std::string&) const override { return asked - answered; }
  std::optional<nemesis::Nanoseconds> ready_since(const std::string&) const override { return std::nullopt; }

  // --- nemesis::Network ---
  void block(const std::string&, const std::string&) override { ++blocked; }
  void unblock(const std::string&, const std::string&) override { --blocked; }
  nemesis::LinkCounters counters(const std::string&, const std::string&) const override { return {}; }

  // --- nemesis::Clocks ---
  std::string unavailable(const std::string&) const override { return {}; }
  std::uint64_t distort(const std::string&, nemesis::Skew) override {
    ++distorted;
    return ++sequence_;
  }
  std::uint64_t strobe(const std::string& node, nemesis::Skew skew, nemesis::Nanoseconds) override {
    return distort(node, skew);
  }
  void release(std::uint64_t) override { --distorted; }
  nemesis::ObservedSkew observed(const std::string&, nemesis::Nanoseconds) const override { return {}; }

 private:
  TargetResponse carry_out(const TargetRequest& request) {
    TargetResponse response;
    response.status = TargetResponse::Status::ok;
    if (request.kind == TargetRequest::Kind::put) store_[request.key] = request.value;
    if (request.kind == TargetRequest::Kind::remove) store_.erase(request.key);
    const auto found = store_.find(request.key);
    if (found != store_.end()) response.values = {found->second};
    response.clock = "[1,\"n1\",1]";
    return response;
  }

  std::vector<std::string> disk_calls_;
  nemesis::FakeDisks disks_{disk_calls_};
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  bool running_ = false;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> queue_;
  std::map<std::string, nemesis::NodeState> states_;
  std::map<std::string, std::string> store_;
  std::function<void(NodeExit)> exit_;
  std::function<void()> interrupt_;
};

}  // namespace fracas::harness
