// Asks every node for its status, again and again, over a way that no fault touches: reads back how far its
// wall clock is off, and passes on what else it says.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "harness/fault_record.h"
#include "harness/world.h"

namespace fracas::harness {

class NodeWatch {
 public:
  using Observer = std::function<void(const std::string& node, const NodeStatus&)>;

  NodeWatch(World& world, FaultRecord& record) : world_(world), record_(record) {}

  /// Asks all nodes now; one that still owes an answer is not asked again.
  void poll();
  /// Who is told of each status from now on.
  void observe(Observer observer) { observer_ = std::move(observer); }

 private:
  void ask(const std::string& node);

  World& world_;
  FaultRecord& record_;
  Observer observer_;
  std::set<std::string> asked_;
};

}  // namespace fracas::harness
