// Surroundings that only remember: nodes with states, links with counters, clocks with readings.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/limited.h"

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

class FakeNetwork : public LinksOnly {
 public:
  using Key = std::pair<std::string, std::string>;
  void block(const std::string& from, const std::string& to) override { ++blocks[{from, to}]; }
  void unblock(const std::string& from, const std::string& to) override { --blocks[{from, to}]; }
  LinkCounters counters(const std::string& from, const std::string& to) const override {
    const auto found = counts.find({from, to});
    return found == counts.end() ? LinkCounters{} : found->second;
  }
  std::vector<std::string> blocked() const {
    std::vector<std::string> links;
    for (const auto& [link, count] : blocks) {
      if (count != 0) links.push_back(link.first + ">" + link.second);
    }
    return links;
  }

  std::map<Key, int> blocks;
  std::map<Key, LinkCounters> counts;
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
