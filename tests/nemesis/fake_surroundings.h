// Surroundings that only remember: nodes with states, links and disks with rules and counters, clocks with
// readings.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

class FakeNodes : public Nodes {
 public:
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, state] : states) all.push_back(name);
    return all;
  }
  NodeState state(const std::string& node) const override { return states.at(node); }
  bool kill(const std::string& node) override { return change(node, "kill", NodeState::stopped, immortal); }
  bool start(const std::string& node) override {
    if (states.at(node) != NodeState::stopped) return false;
    return change(node, "start", NodeState::starting, false);
  }
  bool pause(const std::string& node) override {
    return change(node, "pause", NodeState::paused, unpausable);
  }
  bool resume(const std::string& node) override { return change(node, "resume", NodeState::ready, false); }
  std::uint64_t operations_in_flight(const std::string& node) const override {
    const auto found = in_flight.find(node);
    return found == in_flight.end() ? 0 : found->second;
  }
  std::optional<Nanoseconds> ready_since(const std::string&) const override { return std::nullopt; }

  std::map<std::string, NodeState> states{
      {"n1", NodeState::ready}, {"n2", NodeState::ready}, {"n3", NodeState::ready}};
  std::map<std::string, std::uint64_t> in_flight;
  std::vector<std::string> calls;
  bool immortal = false;    ///< kill has no effect
  bool unpausable = false;  ///< pause has no effect

 private:
  bool change(const std::string& node, const std::string& call, NodeState to, bool refused) {
    calls.push_back(call + " " + node);
    if (refused || states.at(node) == to) return false;
    states[node] = to;
    return true;
  }
};

class FakeNetwork : public Network {
 public:
  using Key = std::pair<std::string, std::string>;
  void block(const std::string& from, const std::string& to) override { ++blocks[{from, to}]; }
  void unblock(const std::string& from, const std::string& to) override { --blocks[{from, to}]; }
  LinkCounters counters(const std::string& from, const std::string& to) const override {
    const auto found = counts.find({from, to});
    return found == counts.end() ? LinkCounters{} : found->second;
  }
  std::uint64_t impose(const std::string& from, const std::string& to, const LinkRule& rule) override {
    rules[++last_] = {from + ">" + to, rule};
    return last_;
  }
  void lift(std::uint64_t handle) override { rules.erase(handle); }
  void reset(const std::string& from, const std::string& to) override {
    resets.push_back(from + "-" + to);
    ++counts[{from, to}].connections_cut;
    ++counts[{to, from}].connections_cut;
  }
  std::vector<std::string> blocked() const {
    std::vector<std::string> links;
    for (const auto& [link, count] : blocks) {
      if (count != 0) links.push_back(link.first + ">" + link.second);
    }
    return links;
  }
  /// Links with a rule, sorted.
  std::vector<std::string> ruled() const {
    std::vector<std::string> links;
    for (const auto& [handle, rule] : rules) links.push_back(rule.first);
    std::sort(links.begin(), links.end());
    return links;
  }

  std::map<Key, int> blocks;
  std::map<Key, LinkCounters> counts;
  std::map<std::uint64_t, std::pair<std::string, LinkRule>> rules;  ///< handle -> link, rule
  std::vector<std::string> resets;

 private:
  std::uint64_t last_ = 0;
};

/// Writes what is done to a disk at rest into `calls`, and says that it took what `losses` says.
class FakeDisks : public Disks {
 public:
  explicit FakeDisks(std::vector<std::string>& calls) : calls_(calls) {}

  std::uint64_t impose(const std::string& node, const DiskRule& rule) override {
    rules[++last_] = {node, rule};
    return last_;
  }
  void lift(std::uint64_t handle) override { rules.erase(handle); }
  DiskCounters counters(const std::string& node) const override {
    const auto found = counts.find(node);
    return found == counts.end() ? DiskCounters{} : found->second;
  }
  DiskLoss lose_unsynced(const std::string& node, bool torn) override {
    return lose(torn ? "tear" : "lose", node);
  }
  DiskLoss truncate(const std::string& node, std::uint64_t records) override {
    return lose("truncate " + std::to_string(records), node);
  }
  DiskLoss flip_bits(const std::string& node, std::uint64_t records) override {
    return lose("flip " + std::to_string(records), node);
  }
  bool damaged(const std::string& node) const override { return damages.contains(node); }
  DiskLoss wipe(const std::string& node) override {
    damages.erase(node);
    return lose("wipe", node);
  }
  std::uint64_t snapshot(const std::string& node) override {
    calls_.push_back("snapshot " + node);
    return ++last_;
  }
  DiskLoss restore(const std::string& node, std::uint64_t) override { return lose("restore", node); }

  std::map<std::uint64_t, std::pair<std::string, DiskRule>> rules;  ///< handle -> node, rule
  std::map<std::string, DiskCounters> counts;
  std::set<std::string> damages;
  std::map<std::string, DiskLoss> losses;  ///< of each node, whatever is done to its disk

 private:
  DiskLoss lose(const std::string& what, const std::string& node) {
    calls_.push_back(what + " " + node);
    const auto found = losses.find(node);
    return found == losses.end() ? DiskLoss{} : found->second;
  }

  std::vector<std::string>& calls_;
  std::uint64_t last_ = 0;
};

/// Writes down what is asked; tests say how it is answered and what nodes are seen to follow.
class FakeRings : public Rings {
 public:
  std::uint64_t ask(const std::string& via, const RingChange& change) override {
    constexpr const char* kVerbs[] = {"join", "leave", "replace"};
    asked.push_back(via + ": " + kVerbs[static_cast<int>(change.kind)] + " " + change.node +
                    (change.with.empty() ? "" : " with " + change.with));
    return asked.size() - 1;
  }
  RingAnswer answer(std::uint64_t handle) const override { return answers.at(handle); }
  const std::vector<RingView>& seen() const override { return views; }

  std::vector<std::string> asked;
  std::map<std::uint64_t, RingAnswer> answers;
  std::vector<RingView> views{{.epoch = 1, .members = {"n1", "n2"}}};
};

class FakeClocks : public Clocks {
 public:
  struct Distortion {
    std::string node;
    Skew skew;
    Nanoseconds period = 0;
  };
  struct Reading {
    Nanoseconds time;
    Nanoseconds skew;
    Nanoseconds uncertainty = 0;
  };
  std::string unavailable(const std::string&) const override { return forbidden; }
  std::uint64_t distort(const std::string& node, Skew skew) override { return add({node, skew, 0}); }
  std::uint64_t strobe(const std::string& node, Skew skew, Nanoseconds period) override {
    return add({node, skew, period});
  }
  void release(std::uint64_t handle) override { released += active.erase(handle); }
  ObservedSkew observed(const std::string& node, Nanoseconds since) const override {
    ObservedSkew seen;
    const auto found = readings.find(node);
    if (found == readings.end()) return seen;
    for (const Reading& reading : found->second) {
      if (reading.time < since) continue;
      seen.min = seen.samples == 0 ? reading.skew : std::min(seen.min, reading.skew);
      seen.max = seen.samples == 0 ? reading.skew : std::max(seen.max, reading.skew);
      seen.uncertainty = std::max(seen.uncertainty, reading.uncertainty);
      ++seen.samples;
    }
    return seen;
  }

  std::string forbidden;
  std::map<std::uint64_t, Distortion> active;
  std::map<std::string, std::vector<Reading>> readings;
  std::size_t released = 0;

 private:
  std::uint64_t add(Distortion distortion) {
    active[++last_] = std::move(distortion);
    return last_;
  }
  std::uint64_t last_ = 0;
};

}  // namespace fracas::nemesis
