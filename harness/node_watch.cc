#include "harness/node_watch.h"

namespace fracas::harness {
namespace {

/// A reading that took longer says too little about the clock.
constexpr std::int64_t kLongestRoundTripUs = 200'000;

}  // namespace

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
    const std::int64_t round_trip_us = world_.wall_us() - sent_us;
    if (round_trip_us <= kLongestRoundTripUs) {
      const std::int64_t skew_us = status->wall_us - (sent_us + round_trip_us / 2);
      record_.skew(node, skew_us * 1000, round_trip_us * 1000, world_.now());
    }
    if (observer_) observer_(node, *status);
  });
}

}  // namespace fracas::harness
