#include "nemesis/faults/victim.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace fracas::nemesis {

Victim::Victim(std::string node, const Surroundings& around)
    : node_(std::move(node)),
      killed_at_(around.now),
      operations_in_flight_(around.nodes.operations_in_flight(node_)) {
  if (around.nodes.state(node_) == NodeState::stopped) {
    why_not_ = "it was not running";
    return;
  }
  tried_ = true;
  killed_ = around.nodes.kill(node_) && around.nodes.state(node_) == NodeState::stopped;
  if (!killed_) why_not_ = "the process was not seen to end";
}

void Victim::restart(const Surroundings& around, nlohmann::json& measured) const {
  measured["killed"] = killed_;
  if (!killed_) {
    measured["why"] = why_not_;
    if (tried_ && around.nodes.state(node_) == NodeState::stopped) around.nodes.start(node_);
    return;
  }
  // Someone else may have started it: the runner when it heals, or a scripted step.
  const bool restarted = around.nodes.state(node_) == NodeState::stopped && around.nodes.start(node_);
  measured["operations_in_flight"] = operations_in_flight_;
  measured["restarted_after_ms"] = static_cast<double>(around.now - killed_at_) / 1e6;
  if (!restarted) measured["why"] = "it was started by something else before the fault ended";
  // In the local world a start takes a while and this is not known yet; a simulated one may be ready at once.
  const auto ready = around.nodes.ready_since(node_);
  if (ready) measured["ready_after_ms"] = static_cast<double>(*ready - killed_at_) / 1e6;
}

}  // namespace fracas::nemesis
