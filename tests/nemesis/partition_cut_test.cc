// The shapes of partitions: what each node still hears.
#include "nemesis/faults/partition_cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "nemesis/kind.h"

namespace fracas::nemesis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Names kFive{"n1", "n2", "n3", "n4", "n5"};

Names cluster(int size) {
  Names names;
  for (int i = 1; i <= size; ++i) names.push_back("n" + std::to_string(i));
  return names;
}

std::set<std::string> hears(const std::string& node, const Names& all, const Cut& cut) {
  std::set<std::string> heard;
  for (const std::string& other : all) {
    if (!cut.contains({other, node})) heard.insert(other);
  }
  return heard;
}

/// A network.partition drawn for a spec with these parameters.
FaultResult<Fault> partition(const Parameters& parameters, const Names& target, const Names& all,
                             std::uint64_t seed) {
  FaultSpec spec;
  spec.kind = "network.partition";
  spec.parameters = parameters;
  Fault fault;
  fault.kind = spec.kind;
  fault.nodes = target;
  Random random = random_stream(seed, 0);
  const auto drawn = find_kind("network.partition")->draw(spec, all, random, fault);
  if (!drawn) return drawn.error();
  return fault;
}

Cut cut_of(const Fault& fault, const Names& all) {
  const auto cut = parse_map(std::get<Names>(fault.parameters.at("cut")), all, "cut");
  return cut ? *cut : Cut{};
}

Names links_of(const FaultResult<Fault>& fault) { return std::get<Names>(fault->parameters.at("cut")); }

RC_GTEST_PROP(Ring, EveryNodeHearsAMajorityAndNoTwoTheSame, ()) {
  const Names all = cluster(*rc::gen::inRange(3, 12));
  Random random = random_stream(*rc::gen::arbitrary<std::uint64_t>(), 0);
  const Cut cut = draw_ring(all, random);
  std::set<std::set<std::string>> majorities;
  for (const std::string& node : all) {
    const std::set<std::string> heard = hears(node, all, cut);
    RC_ASSERT(heard.contains(node));
    RC_ASSERT(heard.size() == all.size() / 2 + 1);
    majorities.insert(heard);
  }
  RC_ASSERT(majorities.size() == all.size());
}

TEST(Ring, IsSymmetricForFiveNodes) {
  Random random = random_stream(7, 0);
  const Cut cut = draw_ring(kFive, random);
  for (const auto& [from, to] : cut) EXPECT_TRUE(cut.contains({to, from})) << from << ">" << to;
}

RC_GTEST_PROP(Sides, OfHalvesAndRandomSplitsDoNotReachEachOtherAndHoldTogether, ()) {
  const Names all = cluster(*rc::gen::inRange(2, 10));
  const std::string shape = *rc::gen::elementOf(Names{"halves", "random"});
  const Names target{*rc::gen::elementOf(all)};
  const auto fault = partition({{"shape", shape}}, target, all, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(fault.has_value());
  const Names side = fault->nodes;
  const Names rest = without(all, side);
  RC_ASSERT(!side.empty() && !rest.empty());
  RC_ASSERT(std::find(side.begin(), side.end(), target[0]) != side.end());
  if (shape == "halves") RC_ASSERT(side.size() == std::max<std::size_t>(1, all.size() / 2));
  RC_ASSERT(cut_of(*fault, all) == cut_between(side, rest));
}

TEST(Isolate, CutsEachTargetFromAllOthersAndTheClientsOnlyWhenAsked) {
  const auto fault = partition({{"shape", "isolate"}}, {"n1", "n2"}, {"n1", "n2", "n3"}, 1);
  ASSERT_TRUE(fault);
  EXPECT_THAT(links_of(fault), ElementsAre("n1>n2", "n1>n3", "n2>n1", "n2>n3", "n3>n1", "n3>n2"));
  const auto with_clients =
      partition({{"shape", "isolate"}, {"clients", "majority"}}, {"n2"}, {"n1", "n2", "n3"}, 1);
  ASSERT_TRUE(with_clients);
  EXPECT_THAT(links_of(with_clients),
              ElementsAre("clients>n2", "n1>n2", "n2>clients", "n2>n1", "n2>n3", "n3>n2"));
}

TEST(Clients, StayWithTheLargerSide) {
  const auto fault = partition({{"shape", "halves"}, {"clients", "majority"}}, {"n1"}, kFive, 3);
  ASSERT_TRUE(fault);
  const Cut cut = cut_of(*fault, kFive);
  ASSERT_EQ(fault->nodes.size(), 2U);
  for (const std::string& node : kFive) {
    const bool on_smaller_side = std::count(fault->nodes.begin(), fault->nodes.end(), node) > 0;
    EXPECT_EQ(cut.contains({"clients", node}), on_smaller_side) << node;
    EXPECT_EQ(cut.contains({node, "clients"}), on_smaller_side) << node;
  }
}

TEST(Clients, CanBeCutFromTheTargetsAlone) {
  const auto fault = partition({{"shape", "clients"}}, {"n1", "n4"}, kFive, 3);
  ASSERT_TRUE(fault);
  EXPECT_THAT(links_of(fault), ElementsAre("clients>n1", "clients>n4", "n1>clients", "n4>clients"));
}

TEST(OneWay, CutsWhatTheTargetSendsOrWhatItIsSent) {
  const Names three = cluster(3);
  const auto out = partition({{"shape", "one-way"}, {"direction", "out"}}, {"n2"}, three, 1);
  ASSERT_TRUE(out);
  EXPECT_THAT(links_of(out), ElementsAre("n2>n1", "n2>n3"));
  const auto in = partition({{"shape", "one-way"}, {"direction", "in"}}, {"n2"}, three, 1);
  ASSERT_TRUE(in);
  EXPECT_THAT(links_of(in), ElementsAre("n1>n2", "n3>n2"));
}

TEST(Map, IsReadAsWritten) {
  const Names lines{"n1>n2", "n3>clients", "n1, n2|n4"};
  const auto fault = partition({{"map", lines}}, {"n5"}, kFive, 1);
  ASSERT_TRUE(fault) << fault.error().message;
  EXPECT_THAT(links_of(fault), ElementsAre("n1>n2", "n1>n4", "n2>n4", "n3>clients", "n4>n1", "n4>n2"));
  EXPECT_THAT(fault->nodes, ElementsAre("n1", "n2", "n3", "n4")) << "those that it is about, not the target";
}

TEST(Map, SaysWhatIsWrong) {
  const auto error = [](const std::string& line) {
    const auto cut = parse_map({line}, kFive, "map");
    return cut ? std::string("accepted") : cut.error().message;
  };
  EXPECT_THAT(error("n1>n9"), HasSubstr("there is no node \"n9\"; did you mean \"n1\"?"));
  EXPECT_THAT(error("client>n1"), HasSubstr("did you mean \"clients\"?"));
  EXPECT_THAT(error("n1"), HasSubstr("is not understood"));
  EXPECT_THAT(error("n1>n2>n3"), HasSubstr("is not understood"));
  EXPECT_THAT(error("n1>n2|n3"), HasSubstr("is not understood"));
  EXPECT_THAT(error("n1,n2|n2,n3"), HasSubstr("\"n2\" cannot be cut off from itself"));
  EXPECT_THAT(error(">n1"), HasSubstr("there is no node \"\""));
}

TEST(Partition, SaysWhatDoesNotGoTogether) {
  const auto error = [](const Parameters& parameters, const Names& all = kFive) {
    const auto fault = partition(parameters, {"n1"}, all, 1);
    return fault ? std::string("accepted") : fault.error().message;
  };
  EXPECT_THAT(error({{"shape", "halfs"}}), HasSubstr("did you mean \"halves\"?"));
  EXPECT_THAT(error({{"shape", "map"}}), HasSubstr("needs a list of links"));
  EXPECT_THAT(error({{"shape", "ring"}, {"map", "n1>n2"}}), HasSubstr("only for shape = \"map\""));
  EXPECT_THAT(error({{"shape", "ring"}, {"clients", "majority"}}), HasSubstr("has no larger side"));
  EXPECT_THAT(error({{"shape", "ring"}}, cluster(2)), HasSubstr("at least 3 nodes"));
  EXPECT_THAT(error({{"shape", "halves"}}, cluster(1)), HasSubstr("at least 2 nodes"));
  EXPECT_THAT(error({{"shape", std::int64_t{3}}}), HasSubstr("must be a text or a list of texts"));
}

TEST(Partition, OfAnyShapeDrawsEveryShape) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto fault = partition({}, {"n1"}, kFive, seed);
    ASSERT_TRUE(fault);
    seen.insert(std::get<std::string>(fault->parameters.at("shape")));
  }
  EXPECT_THAT(seen, ElementsAre("clients", "halves", "isolate", "one-way", "random", "ring"));
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    EXPECT_TRUE(partition({}, {"n1"}, cluster(2), seed)) << "in two nodes there is no ring, but the rest";
    EXPECT_TRUE(partition({}, {"n1"}, cluster(1), seed)) << "one node can be cut from the clients";
  }
}

RC_GTEST_PROP(Partition, OfAResolvedFaultIsItself, ()) {
  const Names all = cluster(*rc::gen::inRange(1, 8));
  const auto fault = partition({}, {"n1"}, all, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(fault.has_value());
  const auto again = partition(fault->parameters, fault->nodes, all, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->parameters == fault->parameters);
  RC_ASSERT(again->nodes == fault->nodes);
}

}  // namespace
}  // namespace fracas::nemesis
