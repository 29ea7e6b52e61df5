// Whether the ring has come to rest: every node follows the same one, which is not on its way to another, and
// no change that somebody asked for can still be under way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/surroundings.h"

namespace fracas::harness {

class RingRest {
 public:
  /// `not_before_ns`: until then a change that was asked for may still be agreed on.
  RingRest(std::vector<std::string> nodes, std::int64_t not_before_ns)
      : nodes_(std::move(nodes)), not_before_ns_(not_before_ns) {}

  /// A node has told the number of its ring.
  void observe(const std::string& node, std::uint64_t epoch, std::int64_t now_ns);
  /// `latest`: the ring with the highest number that was seen.
  bool reached(const nemesis::RingView& latest) const { return what_is_open(latest).empty(); }
  std::string what_is_open(const nemesis::RingView& latest) const;

 private:
  std::vector<std::string> nodes_;
  std::int64_t not_before_ns_;
  std::map<std::string, std::uint64_t> epochs_;
};

}  // namespace fracas::harness
