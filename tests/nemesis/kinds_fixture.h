// A fault of any kind, begun and ended in surroundings that only remember.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/kind.h"
#include "nemesis/planner.h"
#include "tests/nemesis/fake_surroundings.h"

namespace fracas::nemesis {

inline constexpr Nanoseconds kSecond = 1'000'000'000;

struct Ended {
  bool took_effect = false;
  nlohmann::json measured;
};

class KindsTest : public ::testing::Test {
 protected:
  std::unique_ptr<ActiveFault> begin(const std::string& kind, std::vector<std::string> on,
                                     Parameters parameters = {}) {
    Fault fault;
    fault.kind = kind;
    fault.nodes = std::move(on);
    fault.parameters = std::move(parameters);
    EXPECT_TRUE(check_fault(fault, nodes.names()));
    return find_kind(kind)->begin(fault, around);
  }
  Ended end(const std::unique_ptr<ActiveFault>& fault) {
    const Effect effect = fault->end(around);
    return Ended{.took_effect = effect.took_effect, .measured = nlohmann::json::parse(effect.measured)};
  }
  void later(Nanoseconds time) { around.now += time; }
  void read_skew(const std::string& node, Nanoseconds skew, Nanoseconds uncertainty = 0) {
    clocks.readings[node].push_back({around.now, skew, uncertainty});
    later(1'000'000);
  }

  FakeNodes nodes;
  FakeNetwork network;
  FakeClocks clocks;
  FakeDisks disks{nodes.calls};
  FakeRings rings;
  Surroundings around{.nodes = nodes,
                      .network = network,
                      .clocks = clocks,
                      .disks = disks,
                      .rings = rings,
                      .now = 10 * kSecond};
};

}  // namespace fracas::nemesis
