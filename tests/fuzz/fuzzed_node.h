// A node of a cluster whose other nodes say nothing, or what the fuzzer makes them say. Whatever its disk,
// its peers and its clients tell it, it goes on: its invariants abort.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "require.h"
#include "store/node.h"

namespace fracas::store {

class FuzzedNode {
 public:
  /// Valid ones, `which` chooses.
  static Config config(std::uint8_t which) {
    Config config;
    config.nodes = 4;
    config.spares = which % 2;
    config.n = 3;
    config.r = config.w = 2;
    config.conflict = which / 2 % 2 == 0 ? Conflict::siblings : Conflict::lww;
    config.rejoin = which / 4 % 2 == 0 ? RejoinMode::immediate : RejoinMode::catchup;
    config.repair = which / 8 % 2 == 0 ? Repair::async : Repair::abd;
    if (config.conflict == Conflict::lww && which / 16 % 2 == 0) config.stamp = StampSource::hlc;
    if (which / 32 % 2 == 1) config.anti_entropy_ns = 1'000'000'000;
    require(check(config).has_value());
    return config;
  }

  /// Nothing: the records are none of this store's.
  static std::optional<FuzzedNode> open(const Config& config, const Records& records) {
    NodeOptions options{.config = config, .self = 0, .names = {}, .actor = {}, .seed = 1};
    for (int i = 1; i <= config.nodes; ++i) options.names.push_back("n" + std::to_string(i));
    options.actor[0] = 1;
    auto node = Node::open(std::move(options), records);
    if (!node) {
      require(!node.error().empty());
      return std::nullopt;
    }
    return FuzzedNode(*std::move(node), records);
  }

  void step(const Event& event) {
    ++now_.steady_ns;
    node_->step(now_, event, effects_);
    take();
  }
  /// All timers that are due within so long, as far as they are no more than some.
  void pass(std::int64_t ns) {
    const std::int64_t end = now_.steady_ns + ns;
    for (int i = 0; i < 100 && !timers_.empty() && timers_.begin()->first <= end; ++i) {
      now_.steady_ns = std::max(now_.steady_ns, timers_.begin()->first);
      const std::uint64_t timer = timers_.begin()->second;
      timers_.erase(timers_.begin());
      step(TimerFired{timer});
    }
    now_.steady_ns = end;
  }
  void inspect() const {
    require(!node_->status(now_).empty() && !node_->ring().empty() && !node_->health(now_).empty());
    require(!node_->metrics(now_).empty() && !node_->fingerprint().empty());
    for (const std::string& key : node_->keys()) {
      require(!node_->replica_state(key).empty() && !node_->preference_list(key).empty());
    }
    require(node_->hints(now_).size() == node_->hints_pending());
    require(node_->merkle({.peer = "", .partition = 0, .bucket = {}}).has_value());
  }
  Node& node() { return *node_; }
  /// As its disk is now.
  Records records() const { return {disk_.begin(), disk_.end()}; }
  std::size_t answers(RequestId id) const {
    const auto found = answers_.find(id);
    return found == answers_.end() ? 0 : found->second;
  }

 private:
  FuzzedNode(std::unique_ptr<Node> node, const Records& records)
      : node_(std::move(node)), disk_(records.begin(), records.end()) {
    node_->start(now_, effects_);
    take();
  }

  void take() {
    for (Effect& effect : std::exchange(effects_, {})) {
      if (const auto* timer = std::get_if<SetTimer>(&effect)) {
        timers_.emplace(now_.steady_ns + timer->delay_ns, timer->timer);
      } else if (const auto* reply = std::get_if<ReplyToClient>(&effect)) {
        ++answers_[reply->id];
      } else if (auto* persist = std::get_if<Persist>(&effect)) {
        for (auto& [key, record] : persist->writes) {
          if (record)
            disk_[key] = *std::move(record);
          else
            disk_.erase(key);
        }
      }
    }
  }

  Instant now_{.steady_ns = 1'000'000'000, .wall_us = 1'700'000'000'000'000};
  std::unique_ptr<Node> node_;
  std::map<std::string, std::string> disk_;
  std::vector<Effect> effects_;
  std::multimap<std::int64_t, std::uint64_t> timers_;
  std::map<RequestId, std::size_t> answers_;
};

}  // namespace fracas::store
