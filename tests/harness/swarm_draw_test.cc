// Experiments drawn from a seed: always valid, always the same, and of many seeds some draw each thing that
// there is to draw.
#include "harness/swarm/draw.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "harness/commands/plan.h"
#include "harness/conduct.h"
#include "harness/promises/stamp_order.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

constexpr std::uint64_t kSeeds = 1000;

TEST(SwarmDraw, EverySeedGivesAValidExperimentWithAPlan) {
  for (const WorldKind world : {WorldKind::sim, WorldKind::local}) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      SCOPED_TRACE(seed);
      const Experiment experiment = draw_swarm(seed, world);
      store::Config checked = experiment.store;
      ASSERT_TRUE(store::check(checked));
      const auto plan = plan_for(experiment);
      ASSERT_TRUE(plan) << plan.error().message;
      EXPECT_TRUE(check_world(experiment, *plan));
      const auto read_back = experiment_from_json(to_json(experiment));
      ASSERT_TRUE(read_back) << read_back.error().message;
      EXPECT_EQ(to_json(*read_back), to_json(experiment));
    }
  }
}

TEST(SwarmDraw, ASeedDecidesEverything) {
  std::set<std::string> different;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const std::string drawn = to_json(draw_swarm(seed, WorldKind::sim)).dump();
    EXPECT_EQ(drawn, to_json(draw_swarm(seed, WorldKind::sim)).dump());
    different.insert(drawn);
  }
  EXPECT_EQ(different.size(), 100U);
}

/// The values that many seeds draw for one thing.
template <typename Of>
std::set<std::string> drawn(Of&& of) {
  std::set<std::string> values;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) values.insert(of(draw_swarm(seed, WorldKind::sim)));
  return values;
}

TEST(SwarmDraw, EveryWordOfEveryKnobIsDrawn) {
  for (const store::Knob& knob : store::knobs()) {
    const std::string values(knob.values);
    const std::size_t bar = values.find(" | ");
    // Plain choices; numbers, levels and periods have tests of their own.
    if (bar == std::string::npos || values.find("..") != std::string::npos) continue;
    const auto found = drawn([&](const Experiment& e) { return store::get(e.store, knob.name); });
    for (std::size_t begin = 0; begin < values.size();) {
      const std::size_t end = std::min(values.find(" | ", begin), values.size());
      EXPECT_TRUE(found.contains(values.substr(begin, end - begin))) << knob.name << ": " << values;
      begin = end + 3;
    }
  }
}

TEST(SwarmDraw, ClustersAndQuorumsOfEveryShapeAreDrawn) {
  using Values = std::set<std::string>;
  EXPECT_EQ(drawn([](const Experiment& e) { return std::to_string(e.store.nodes); }),
            (Values{"2", "3", "4", "5", "6", "7"}));
  EXPECT_EQ(drawn([](const Experiment& e) { return std::to_string(e.store.n); }),
            (Values{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(drawn([](const Experiment& e) {
              const auto& s = e.store;
              return s.r + s.w > s.n ? (s.r == 1 ? "read one" : s.w == 1 ? "write one" : "meet") : "apart";
            }),
            (Values{"apart", "meet", "read one", "write one"}));
  EXPECT_EQ(drawn([](const Experiment& e) { return e.store.anti_entropy_ns > 0 ? "on" : "off"; }),
            (Values{"on", "off"}));
}

TEST(SwarmDraw, StandInsAreDrawnWithAllThatBelongsToThem) {
  const std::string usual = std::to_string(store::Config().patience_ns);
  const auto patience = drawn([&](const Experiment& e) {
    const bool sloppy = e.store.placement == store::Placement::sloppy;
    return sloppy ? std::to_string(e.store.patience_ns) : usual;
  });
  EXPECT_EQ(patience, (std::set<std::string>{"5000000", "20000000", usual}));
  EXPECT_EQ(drawn([](const Experiment& e) { return std::to_string(e.store.suspect_after); }),
            (std::set<std::string>{"1", "2", "3"}));
  const std::set<std::string> both{"few", "many"};
  EXPECT_EQ(drawn([](const Experiment& e) { return e.store.hint_quota <= 50 ? "few" : "many"; }), both);
}

TEST(SwarmDraw, ClientsThatCoordinateAreDrawnWithEitherWayOfResolvingConflicts) {
  const auto found = drawn([](const Experiment& e) {
    if (e.store.coordinator == store::Coordination::node) return std::string("node");
    return e.store.conflict == store::Conflict::siblings ? "siblings" : store::get(e.store, "stamp");
  });
  EXPECT_EQ(found, (std::set<std::string>{"node", "siblings", "client", "query"}));
}

TEST(SwarmDraw, EveryWorkloadAndBehaviourIsDrawn) {
  const auto found = drawn([](const Experiment& e) { return e.workload; });
  for (const workloads::Workload& workload : workloads::workloads())
    EXPECT_TRUE(found.contains(std::string(workload.name))) << workload.name;
  const std::set<std::string> both{"false", "true"};
  EXPECT_EQ(drawn([](const Experiment& e) { return e.clients.sticky ? "true" : "false"; }), both);
  EXPECT_EQ(drawn([](const Experiment& e) { return e.clients.contexts ? "true" : "false"; }), both);
  EXPECT_EQ(drawn([](const Experiment& e) { return e.clients.session_tokens ? "true" : "false"; }), both);
  EXPECT_EQ(drawn([](const Experiment& e) { return e.load.deletes > 0 ? "true" : "false"; }), both);
}

TEST(SwarmDraw, EveryKindOfFaultIsDrawnAndOnlyWhatTheWorldCanDo) {
  for (const WorldKind world : {WorldKind::sim, WorldKind::local}) {
    std::set<std::string> drawn_kinds;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
      for (const nemesis::FaultSpec& spec : draw_swarm(seed, world).faults) drawn_kinds.insert(spec.kind);
    std::set<std::string> possible;
    for (const nemesis::Kind& kind : nemesis::kinds())
      if (why_not(world, kind.needs).empty()) possible.insert(std::string(kind.name));
    EXPECT_EQ(drawn_kinds, possible);
  }
}

TEST(SwarmDraw, TheRingChangesOnlyWhereItCan) {
  std::set<int> spares;
  bool damaged = false, undamaged = false;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Experiment e = draw_swarm(seed, WorldKind::sim);
    spares.insert(e.store.spares);
    bool ring = false, takes_state = false;
    for (const nemesis::FaultSpec& spec : e.faults) {
      ring = ring || nemesis::class_of(spec.kind) == "ring";
      takes_state = takes_state || nemesis::find_kind(spec.kind)->takes_state;
    }
    if (!ring) continue;
    EXPECT_EQ(store::why_ring_is_fixed(e.store), "");
    EXPECT_GT(e.store.nodes, e.store.n);
    (takes_state ? damaged : undamaged) = true;
  }
  EXPECT_EQ(spares, (std::set<int>{0, 1, 2}));
  EXPECT_TRUE(damaged && undamaged);
}

TEST(SwarmDraw, ClientsOfAPartitionAreOnBothSidesOrOnOne) {
  std::set<nemesis::Parameter> clients;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    for (const nemesis::FaultSpec& spec : draw_swarm(seed, WorldKind::sim).faults)
      if (spec.kind == "network.partition") clients.insert(spec.parameters.at("clients"));
  EXPECT_EQ(clients, (std::set<nemesis::Parameter>{std::string("everywhere"), std::string("majority")}));
}

TEST(SwarmDraw, ClocksOfTruetimeAreWithinTheirErrorOrBeyondIt) {
  std::set<bool> within;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Experiment experiment = draw_swarm(seed, WorldKind::sim);
    std::set<std::string> kinds;
    for (const nemesis::FaultSpec& spec : experiment.faults)
      if (nemesis::class_of(spec.kind) == "clock") kinds.insert(spec.kind);
    if (experiment.store.stamp != store::StampSource::truetime || kinds.empty()) continue;
    const auto skew = largest_skew(experiment, kinds);
    within.insert(skew && *skew <= experiment.store.clock_error_ns);
  }
  EXPECT_EQ(within, (std::set<bool>{false, true}));
}

TEST(SwarmDraw, RunsHaveSomeClassesOfFaultsAndFewTakeState) {
  std::set<std::size_t> classes;
  int taking_state = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    std::set<std::string_view> names;
    bool takes = false;
    const Experiment experiment = draw_swarm(seed, WorldKind::sim);
    for (const nemesis::FaultSpec& spec : experiment.faults) {
      names.insert(nemesis::class_of(spec.kind));
      takes = takes || nemesis::find_kind(spec.kind)->takes_state;
    }
    classes.insert(names.size());
    if (takes) ++taking_state;
  }
  EXPECT_TRUE(classes.contains(0) && classes.contains(1) && classes.contains(2) && classes.contains(3));
  EXPECT_GT(taking_state, 0);
  EXPECT_LT(taking_state, static_cast<int>(kSeeds) / 2);
}

}  // namespace
}  // namespace fracas::harness
