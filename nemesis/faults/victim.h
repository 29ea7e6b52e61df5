// A node that a fault kills, and starts again when it ends. What it does to the node's data meanwhile is the
// fault's own business.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

class Victim {
 public:
  /// kill -9, if it runs.
  Victim(std::string node, const Surroundings&);

  const std::string& node() const { return node_; }
  /// It ran, and was seen to be gone.
  bool killed() const { return killed_; }
  /// Client operations that its death caught.
  std::uint64_t operations_in_flight() const { return operations_in_flight_; }

  /// Starts it, unless something else did meanwhile. What became of the node goes into the measured effect.
  void restart(const Surroundings&, nlohmann::json& measured) const;

 private:
  std::string node_;
  Nanoseconds killed_at_ = 0;
  bool tried_ = false;
  bool killed_ = false;
  std::string why_not_;
  std::uint64_t operations_in_flight_ = 0;
};

}  // namespace fracas::nemesis
