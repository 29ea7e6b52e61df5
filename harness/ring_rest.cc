#include "harness/ring_rest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fracas::harness {

void RingRest::observe(const std::string& node, std::uint64_t epoch, std::int64_t now_ns) {
  if (now_ns >= not_before_ns_) epochs_[node] = epoch;
}

std::string RingRest::what_is_open(const nemesis::RingView& latest) const {
  for (const std::string& node : nodes_) {
    const auto found = epochs_.find(node);
    if (found == epochs_.end()) return fmt::format("{} did not report its ring", node);
    if (found->second != latest.epoch)
      return fmt::format("{} followed ring {}, while others were at {}", node, found->second, latest.epoch);
  }
  if (!latest.moving()) return "";
  return fmt::format("the ring was still changing ({}) from {} to {}", latest.epoch,
                     fmt::join(latest.members, ","), fmt::join(latest.next, ","));
}

}  // namespace fracas::harness
