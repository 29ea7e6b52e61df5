#include "harness/node_watch.h"

#include "harness/clock_reading.h"

namespace fracas::harness {

void NodeWatch::poll() {
  for (const std::string& node : world_.node_names()) {
    if (asked_.insert(node).second) ask(node);
  }
}

void NodeWatch::ask(const std::string& node) {
  const std::int64_t sent_us = world_.wall_us();
  world_.status(node, [this, node, sent_us](Result<NodeStatus> status) {
    asked_.erase(node);
    if (!status) return;
    const auto reading = clock_reading(sent_us, world_.wall_us(), status->wall_us);
    if (reading) record_.skew(node, *reading, world_.now());
    if (observer_) observer_(node, *status);
  });
}

}  // namespace fracas::harness
