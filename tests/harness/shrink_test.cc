// The pure core of shrinking: with predicates that are known, the known minimum is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/commands/plan.h"
#include "harness/shrink/ddmin.h"
#include "harness/shrink/fewer_nodes.h"
#include "harness/shrink/moments.h"
#include "harness/shrink/parts.h"
#include "harness/shrink/reduce.h"
#include "harness/shrink/script_of_run.h"
#include "nemesis/kind.h"
#include "store/ring.h"

namespace fracas::harness {
namespace {

using checker::Function;

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kSecond = 1'000 * kMillisecond;

// --- ddmin ---

struct Asked {
  Indices kept;
  std::size_t trials = 0;
};
/// It fails if all of `needed` are there.
Asked minimize(std::size_t n, const std::set<std::size_t>& needed) {
  Asked asked;
  asked.kept = ddmin(n, [&](const Indices& kept) {
    ++asked.trials;
    EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
    return std::includes(kept.begin(), kept.end(), needed.begin(), needed.end());
  });
  return asked;
}

TEST(Ddmin, FindsTheThingsThatAreNeeded) {
  EXPECT_EQ(minimize(1, {0}).kept, (Indices{0}));
  EXPECT_EQ(minimize(2, {1}).kept, (Indices{1}));
  EXPECT_EQ(minimize(8, {2, 7}).kept, (Indices{2, 7}));
  EXPECT_EQ(minimize(1'000, {0, 499, 500, 999}).kept, (Indices{0, 499, 500, 999}));
}

TEST(Ddmin, LeavesNothingIfNothingIsNeeded) {
  EXPECT_EQ(minimize(0, {}).kept, Indices{});
  const Asked asked = minimize(5'000, {});
  EXPECT_EQ(asked.kept, Indices{});
  EXPECT_EQ(asked.trials, 1u);
}

TEST(Ddmin, KeepsAllIfAllAreNeeded) { EXPECT_EQ(minimize(5, {0, 1, 2, 3, 4}).kept.size(), 5u); }

TEST(Ddmin, TriesLittleWhenLittleIsNeeded) {
  EXPECT_LE(minimize(4'096, {17, 4'000}).trials, 100u);
  EXPECT_LE(minimize(4'096, {1, 900, 2'000, 3'000, 4'000}).trials, 250u);
}

TEST(Ddmin, StopsWhenNothingFailsAnyMore) {
  std::size_t trials = 0;
  const Indices kept = ddmin(100, [&](const Indices&) {
    ++trials;
    return false;
  });
  EXPECT_EQ(kept.size(), 100u);
  EXPECT_LE(trials, 100u * 100u);
}

RC_GTEST_PROP(DdminProperty, NothingSingleCanBeLeftOut, (std::set<std::uint8_t> some, bool either)) {
  // Not monotonous: it also fails without some of them, as long as enough are there.
  const std::size_t n = 60;
  const auto fails = [&](const Indices& kept) {
    std::size_t present = 0;
    for (const std::uint8_t s : some) present += std::count(kept.begin(), kept.end(), s % n) > 0 ? 1 : 0;
    return either ? present * 2 >= some.size() : present == some.size();
  };
  const Indices kept = ddmin(n, fails);
  RC_ASSERT(fails(kept));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Indices without = kept;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    RC_ASSERT(!fails(without));
  }
}

// --- reduce ---

nemesis::FaultSpec fault(const char* kind, const char* target, Nanoseconds after, Nanoseconds lasts) {
  return {kind, target, 0, lasts, after, {}};
}

/// 20 clients, 400 operations on 10 keys, 12 faults, 5 nodes, 20 s.
Experiment busy() {
  Experiment e;
  e.name = "busy";
  e.seed = 7;
  e.workload = "register";
  e.steady = 0;
  e.duration = 20 * kSecond;
  e.load.clients = 20;
  for (int i = 0; i < 400; ++i) {
    ScriptedOperation operation;
    operation.at = i * 50 * kMillisecond;
    operation.client = i * 7 % 20;
    operation.intent.f = i % 2 == 0 ? Function::write : Function::read;
    operation.intent.key = "k" + std::to_string(i * 3 % 10);
    if (i % 2 == 0) operation.intent.value = "\"" + std::to_string(i) + "\"";
    operation.node = "n" + std::to_string(i % 5 + 1);
    e.script.push_back(operation);
  }
  for (int i = 0; i < 12; ++i) {
    const std::string node = "n" + std::to_string(i % 5 + 1);
    e.faults.push_back(
        fault(i % 3 == 0 ? "process.kill" : "clock.jump", node.c_str(), i * 1'500 * kMillisecond, kSecond));
    if (i % 3 != 0) e.faults.back().parameters["by"] = std::string("5s");
  }
  return e;
}

bool has(const Experiment& e, Function f, const char* key) {
  return std::any_of(e.script.begin(), e.script.end(),
                     [&](const ScriptedOperation& o) { return o.intent.f == f && o.intent.key == key; });
}

/// A write and a later delete-free read of k6 by another client, one more write of k2, a kill and a jump.
bool fails_synthetically(const Experiment& e) {
  const auto kills =
      std::count_if(e.faults.begin(), e.faults.end(), [](const auto& f) { return f.kind == "process.kill"; });
  const auto jumps =
      std::count_if(e.faults.begin(), e.faults.end(), [](const auto& f) { return f.kind == "clock.jump"; });
  bool pair = false;
  for (const ScriptedOperation& w : e.script)
    for (const ScriptedOperation& r : e.script)
      pair = pair || (w.intent.f == Function::write && r.intent.f == Function::read && w.intent.key == "k4" &&
                      r.intent.key == "k9" && w.at < r.at && w.client != r.client);
  return kills >= 1 && jumps >= 1 && pair && has(e, Function::write, "k2");
}

struct Reduced {
  Experiment experiment;
  std::uint64_t trials = 0;
  bool minimal = false;
};
Reduced reduced(const Experiment& e, const std::function<bool(const Experiment&)>& fails,
                ReduceOptions options = {}, SearchLimits limits = {}) {
  Search search(
      e,
      [&](const Experiment& candidate) {
        EXPECT_TRUE(experiment_from_json(to_json(candidate))) << "a candidate that cannot be run";
        return fails(candidate) ? std::optional(candidate) : std::nullopt;
      },
      std::move(limits));
  const bool minimal = reduce(search, options);
  return {search.best(), search.trials(), minimal};
}

TEST(Reduce, FindsTheKnownMinimumOfFaultsOperationsAndClients) {
  ASSERT_TRUE(fails_synthetically(busy()));
  const Reduced r = reduced(busy(), fails_synthetically);
  EXPECT_TRUE(r.minimal);
  EXPECT_EQ(r.experiment.script.size(), 3u);
  EXPECT_EQ(r.experiment.faults.size(), 2u);
  EXPECT_EQ(r.experiment.load.clients, 2);
  EXPECT_TRUE(fails_synthetically(r.experiment));
  EXPECT_LE(r.trials, 400u);
}

TEST(Reduce, MakesTheStoryShortAndItsTimesReadable) {
  const Reduced r = reduced(busy(), fails_synthetically);
  EXPECT_LE(moments(r.experiment).back(), 100 * kMillisecond);
  for (const Nanoseconds gap : gaps_between(moments(r.experiment))) EXPECT_EQ(gap, rounded_up(gap));
  for (const ScriptedOperation& operation : r.experiment.script)
    EXPECT_LE(operation.intent.value.size(), 4u) << "values are numbered";
}

TEST(Reduce, KeepsAsManyNodesAsAKeyNeeds) {
  const auto fails = [](const Experiment& e) {
    for (const ScriptedOperation& w : e.script)
      for (const ScriptedOperation& r : e.script)
        if (w.intent.f == Function::write && r.intent.f == Function::read && w.intent.key == r.intent.key &&
            w.at < r.at && w.node != r.node)
          return true;
    return false;
  };
  Experiment e = busy();
  for (ScriptedOperation& operation : e.script) operation.intent.key = "k0";
  const Reduced r = reduced(e, fails);
  EXPECT_EQ(r.experiment.script.size(), 2u);
  EXPECT_EQ(r.experiment.store.nodes, 3);
  EXPECT_TRUE(r.experiment.faults.empty());
}

TEST(Reduce, IsDeterministic) {
  const Reduced a = reduced(busy(), fails_synthetically);
  const Reduced b = reduced(busy(), fails_synthetically);
  EXPECT_EQ(to_json(a.experiment), to_json(b.experiment));
  EXPECT_EQ(a.trials, b.trials);
}

TEST(Reduce, KeepsTheTimesThatMatter) {
  // It fails only if the read comes at least 1 s after the write, under a fault.
  const auto fails = [](const Experiment& e) {
    for (const ScriptedOperation& w : e.script)
      for (const ScriptedOperation& r : e.script)
        for (const nemesis::FaultSpec& f : e.faults)
          if (w.intent.f == Function::write && r.intent.f == Function::read && r.at >= w.at + kSecond &&
              f.after <= r.at && r.at <= f.after + f.lasts)
            return true;
    return false;
  };
  const Reduced r = reduced(busy(), fails);
  EXPECT_EQ(r.experiment.script.size(), 2u);
  EXPECT_EQ(r.experiment.faults.size(), 1u);
  EXPECT_TRUE(fails(r.experiment));
  EXPECT_LE(moments(r.experiment).back(), 3 * kSecond);
}

TEST(Reduce, TriesFirstWhatTheWitnessSays) {
  Suspicion suspicion;
  suspicion.operations = {100, 103};  // of those, and of nothing else
  suspicion.keys = {busy().script[100].intent.key, busy().script[103].intent.key};
  const auto fails = [](const Experiment& e) {
    return std::count_if(e.script.begin(), e.script.end(), [](const ScriptedOperation& o) {
             return o.intent.key == "k0" || o.intent.key == "k9";
           }) >= 2;
  };
  ReduceOptions options;
  options.suspicions = {suspicion};
  std::vector<std::size_t> sizes;
  reduced(
      busy(),
      [&](const Experiment& e) {
        sizes.push_back(e.script.size());
        return fails(e);
      },
      options);
  EXPECT_EQ(sizes.front(), 2u);
}

TEST(Reduce, EndsWithWhatItHasWhenTheBudgetIsSpent) {
  int asked = 0;
  SearchLimits limits;
  limits.out_of_time = [&asked] { return asked >= 8; };
  const Reduced r = reduced(
      busy(),
      [&](const Experiment& e) {
        ++asked;
        return fails_synthetically(e);
      },
      {}, limits);
  EXPECT_FALSE(r.minimal);
  EXPECT_EQ(asked, 8);
  EXPECT_TRUE(fails_synthetically(r.experiment)) << "what is there still fails";
}

TEST(Reduce, TakesOverTheSeedThatFailed) {
  Search search(busy(),
                [](const Experiment& candidate) {
                  Experiment other = candidate;
                  other.seed = other.load.seed = 3;
                  return fails_synthetically(candidate) ? std::optional(other) : std::nullopt;
                },
                {});
  reduce(search, {});
  EXPECT_EQ(search.best().seed, 3u);
  EXPECT_EQ(search.best().script.size(), 3u);
}

TEST(Search, TriesNothingTwice) {
  Experiment e = busy();
  e.script.resize(10);
  int asked = 0;
  Search search(e,
                [&asked](const Experiment&) {
                  ++asked;
                  return std::optional<Experiment>();
                },
                {});
  Experiment candidate = e;
  candidate.script.pop_back();
  EXPECT_FALSE(search.attempt(candidate));
  EXPECT_FALSE(search.attempt(candidate));
  EXPECT_EQ(asked, 1);
}

// --- parts ---

TEST(Parts, OfAPartitionAreTheLinksOfAPair) {
  nemesis::FaultSpec spec = fault("network.partition", "n3", 0, kSecond);
  spec.parameters["cut"] = std::vector<std::string>{"n1>n3", "n2>n3", "n3>n1", "clients>n3"};
  EXPECT_EQ(pieces_of(spec).size(), 3u);
  const nemesis::FaultSpec less = with_pieces(spec, {1});
  EXPECT_EQ(std::get<std::vector<std::string>>(less.parameters.at("cut")),
            (std::vector<std::string>{"n1>n3", "n3>n1"}));
}

TEST(Parts, OfAnyOtherFaultAreTheNodesThatItStrikes) {
  const nemesis::FaultSpec spec = fault("process.kill", "n1, n3,n4", 0, kSecond);
  EXPECT_EQ(pieces_of(spec).size(), 3u);
  EXPECT_EQ(with_pieces(spec, {0, 2}).target, "n1,n4");
}

TEST(Parts, OperationsOfAClientCanBecomeAnothers) {
  const Experiment merged = with_renumbered_clients(with_merged_clients(busy(), 19, 0));
  EXPECT_EQ(merged.load.clients, 19);
  EXPECT_EQ(merged.script.size(), busy().script.size());
}

// --- fewer nodes ---

TEST(FewerNodes, KeepTheHomesOfKeysThatTheNodeDidNotHold) {
  Experiment e = busy();
  const store::Ring before(5), after(4);
  for (int gone = 0; gone < 5; ++gone) {
    const std::vector<Experiment> ways = without_node(e, gone);
    ASSERT_EQ(ways.size(), 4u) << "four others can be asked instead";
    const Experiment& less = ways.front();
    EXPECT_EQ(less.store.nodes, 4);
    ASSERT_EQ(less.script.size(), e.script.size());
    for (std::size_t i = 0; i < e.script.size(); ++i) {
      std::vector<store::NodeIndex> homes = before.homes(e.script[i].intent.key, 3);
      if (std::find(homes.begin(), homes.end(), gone) != homes.end()) continue;
      for (store::NodeIndex& home : homes)
        if (home > gone) --home;
      // The end of a ring has orders of preference that a smaller ring does not have.
      EXPECT_THAT(after.homes(less.script[i].intent.key, 3), testing::UnorderedElementsAreArray(homes))
          << e.script[i].intent.key;
    }
    EXPECT_TRUE(experiment_from_json(to_json(less)));
  }
}

TEST(FewerNodes, MayBeOnesOutsideTheRing) {
  Experiment e = busy();
  e.store.nodes = 5;
  e.store.spares = 2;
  nemesis::FaultSpec replace = fault("ring.replace", "n1", 0, kSecond);
  replace.parameters = {{"with", std::string("n5")}, {"via", std::string("n2")}};
  e.faults = {replace, fault("ring.join", "n4", 0, kSecond)};
  const Experiment less = without_node(e, 3).front();
  EXPECT_EQ(less.store.nodes, 4);
  EXPECT_EQ(less.store.spares, 1);
  ASSERT_EQ(less.faults.size(), 1u) << "nobody is left who could join";
  EXPECT_EQ(less.faults[0].parameters.at("with"), nemesis::Parameter(std::string("n4")));
  EXPECT_EQ(less.faults[0].parameters.at("via"), nemesis::Parameter(std::string("n2")));
  for (std::size_t i = 0; i < e.script.size(); ++i)
    EXPECT_EQ(less.script[i].intent.key, e.script[i].intent.key) << "keys live where they did";
  EXPECT_TRUE(without_node(e, 0).empty()) << "three members are as few as can be";
}

TEST(FewerNodes, AFewOperationsMayAskDifferentOthers) {
  Experiment e = busy();
  e.script.resize(2);
  for (ScriptedOperation& operation : e.script) operation.node = "n5";
  std::set<std::pair<std::string, std::string>> asked;
  for (const Experiment& way : without_node(e, 4)) asked.emplace(way.script[0].node, way.script[1].node);
  EXPECT_EQ(asked.size(), 16u) << "each of four, twice";
}

TEST(FewerNodes, LeaveOutWhatWasDoneToTheNode) {
  Experiment e = busy();
  e.script.clear();
  e.faults = {fault("process.kill", "n2", 0, kSecond), fault("process.kill", "n2,n5", 0, kSecond),
              fault("network.partition", "n2", 0, kSecond)};
  e.faults[2].parameters["cut"] = std::vector<std::string>{"n2>n5", "n5>n1", "clients>n5"};
  const std::vector<Experiment> ways = without_node(e, 1);
  ASSERT_EQ(ways.size(), 1u);
  ASSERT_EQ(ways[0].faults.size(), 2u);
  EXPECT_EQ(ways[0].faults[0].target, "n4");
  EXPECT_EQ(std::get<std::vector<std::string>>(ways[0].faults[1].parameters.at("cut")),
            (std::vector<std::string>{"n4>n1", "clients>n4"}));
}

TEST(FewerNodes, AreNotFewerThanAKeyNeeds) {
  Experiment e = busy();
  e.store.nodes = 3;
  EXPECT_TRUE(without_node(e, 0).empty());
}

// --- times ---

TEST(Moments, CanBeMovedWithTheirStory) {
  Experiment e = busy();
  e.steady = kSecond;
  const std::vector<Nanoseconds> all = moments(e);
  const Experiment same = with_moments(e, all);
  EXPECT_EQ(moments(same), all);
  EXPECT_EQ(same.steady, 0);
  EXPECT_EQ(moments_after(gaps_between(all)), all);
}

TEST(Moments, AreRoundedUp) {
  EXPECT_EQ(rounded_up(0), 0);
  EXPECT_EQ(rounded_up(1), 1);
  EXPECT_EQ(rounded_up(3), 5);
  EXPECT_EQ(rounded_up(10), 10);
  EXPECT_EQ(rounded_up(11), 20);
  EXPECT_EQ(rounded_up(51 * kMillisecond), 100 * kMillisecond);
}

// --- from a run to a script ---

RC_GTEST_PROP(ExactFaults, AreDrawnToBeTheSameFaults, (std::uint64_t seed)) {
  Experiment e;
  e.workload = "register";
  e.seed = seed;
  for (const nemesis::Kind& kind : nemesis::kinds())
    e.faults.push_back({std::string(kind.name), "some", 4 * kSecond, 0, 0, {}});
  const Result<nemesis::Plan> plan = plan_for(e);
  RC_ASSERT(plan.has_value());
  Experiment exact = e;
  exact.faults = exact_faults(*plan);
  exact.seed = seed + 1;  // nothing is left to be drawn
  const Result<nemesis::Plan> again = plan_for(exact);
  RC_ASSERT(again.has_value());
  RC_ASSERT(plan_json(exact, *again).at("faults") == plan_json(e, *plan).at("faults"));
}

}  // namespace
}  // namespace fracas::harness
