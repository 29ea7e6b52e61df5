// Brings nodes back: those that faults left away, and those that ended by themselves, unless one does so
// again and again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/marks.h"
#include "harness/world.h"

namespace fracas::harness {

class NodeKeeper {
 public:
  NodeKeeper(World& world, Marks& marks) : world_(world), marks_(marks) {}

  /// Resumes and starts what is paused or stopped, whatever state the faults left it in.
  void bring_back();
  /// Every node is ready, but for those that are given up.
  bool all_back() const;
  std::vector<std::string> ready() const;
  std::vector<std::string> away() const;

  /// Counts an end that no fault explains; after more than kMaxEndings the node is given up.
  int count_ending(const std::string& node) { return ++endings_[node]; }
  int endings(const std::string& node) const;
  bool given_up(const std::string& node) const { return endings(node) > kMaxEndings; }

 private:
  static constexpr int kMaxEndings = 5;

  bool is_ready(const std::string& node) const;

  World& world_;
  Marks& marks_;
  std::map<std::string, int> endings_;
};

/// The last line of what a node printed that is not empty.
std::string last_line(const std::string& text);

}  // namespace fracas::harness
