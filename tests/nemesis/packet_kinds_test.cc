// The faults that treat single messages: the rule that they impose, on which links, and what proves it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/nemesis/kinds_fixture.h"

namespace fracas::nemesis {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using PacketKindsTest = KindsTest;

struct Case {
  std::string kind;
  Parameters parameters;
  std::function<bool(const LinkRule&)> imposes;
  std::uint64_t LinkCounters::*evidence;
  std::string counter;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"network.delay",
       {{"delay", "50ms"}, {"jitter", "20ms"}},
       [](const LinkRule& rule) { return rule.delay == 50'000'000 && rule.jitter == 20'000'000; },
       &LinkCounters::messages_delayed,
       "messages_delayed"},
      {"network.loss",
       {{"chance", 0.2}},
       [](const LinkRule& rule) { return rule.loss == 200'000; },
       &LinkCounters::messages_dropped,
       "messages_dropped"},
      {"network.duplicate",
       {{"chance", 1.0}},
       [](const LinkRule& rule) { return rule.duplicate == 1'000'000; },
       &LinkCounters::messages_duplicated,
       "messages_duplicated"},
      {"network.reorder",
       {{"chance", 0.000001}, {"by", "5ms"}},
       [](const LinkRule& rule) { return rule.reorder == 1 && rule.reorder_by == 5'000'000; },
       &LinkCounters::messages_reordered,
       "messages_reordered"},
      {"network.corrupt",
       {{"chance", 0.05}},
       [](const LinkRule& rule) { return rule.corrupt == 50'000; },
       &LinkCounters::messages_corrupted,
       "messages_corrupted"},
      {"network.bandwidth",
       {{"rate", std::int64_t{4000}}},
       [](const LinkRule& rule) { return rule.bytes_per_second == 4000; },
       &LinkCounters::messages_delayed,
       "messages_delayed"},
      {"network.hold",
       {},
       [](const LinkRule& rule) { return rule.hold; },
       &LinkCounters::messages_held,
       "messages_held"},
      {"network.flap",
       {{"period", "100ms"}},
       [](const LinkRule& rule) { return rule.flap == 100'000'000; },
       &LinkCounters::messages_dropped,
       "messages_dropped"},
  };
  return all;
}

Parameters with(Parameters parameters, const std::string& direction, bool clients) {
  parameters["direction"] = direction;
  parameters["clients"] = clients;
  return parameters;
}

/// How many fields of a rule are in force.
int fields_set(const LinkRule& rule) {
  return (rule.delay != 0) + (rule.jitter != 0) + (rule.loss != 0) + (rule.duplicate != 0) +
         (rule.corrupt != 0) + (rule.reorder != 0) + (rule.reorder_by != 0) + (rule.bytes_per_second != 0) +
         (rule.flap != 0) + (rule.hold ? 1 : 0);
}

TEST_F(PacketKindsTest, ImposeTheRuleThatTheParametersSayAndNothingElse) {
  for (const Case& that : cases()) {
    const auto fault = begin(that.kind, {"n1"}, with(that.parameters, "out", false));
    EXPECT_THAT(network.ruled(), ElementsAre("n1>n2", "n1>n3")) << that.kind;
    for (const auto& [handle, entry] : network.rules) {
      EXPECT_TRUE(that.imposes(entry.second)) << that.kind;
      EXPECT_EQ(fields_set(entry.second), std::max<int>(1, static_cast<int>(that.parameters.size())));
    }
    end(fault);
    EXPECT_THAT(network.rules, IsEmpty()) << that.kind;
  }
}

TEST_F(PacketKindsTest, TookEffectWhenTheirOwnCounterMovedAndOnlyThen) {
  for (const Case& that : cases()) {
    network.counts.clear();
    LinkCounters& link = network.counts[{"n1", "n2"}];
    LinkCounters others{1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    others.*that.evidence = 0;
    link = others;
    link.*that.evidence = 7;
    auto fault = begin(that.kind, {"n1"}, with(that.parameters, "both", true));
    link.*that.evidence = 10;
    Ended ended = end(fault);
    EXPECT_TRUE(ended.took_effect) << that.kind;
    EXPECT_EQ(ended.measured[that.counter], 3) << that.kind;
    EXPECT_EQ(ended.measured["links"], (json{{"n1>n2", {{that.counter, 3}}}}));

    fault = begin(that.kind, {"n1"}, with(that.parameters, "both", true));
    for (std::uint64_t* other : {&link.bytes_passed, &link.connections_cut, &link.bytes_held}) *other += 5;
    ended = end(fault);
    EXPECT_FALSE(ended.took_effect) << that.kind;
    EXPECT_THAT(ended.measured["why"].get<std::string>(), HasSubstr("no message")) << that.kind;
  }
}

TEST_F(PacketKindsTest, TreatTheDirectionThatTheySay) {
  const auto links = [&](const std::string& direction, bool clients) {
    const auto fault = begin("network.hold", {"n1", "n2"}, with({}, direction, clients));
    const std::vector<std::string> ruled = network.ruled();
    end(fault);
    return ruled;
  };
  EXPECT_THAT(links("in", false), ElementsAre("n1>n2", "n2>n1", "n3>n1", "n3>n2"));
  EXPECT_THAT(links("out", false), ElementsAre("n1>n2", "n1>n3", "n2>n1", "n2>n3"));
  EXPECT_THAT(links("out", true),
              ElementsAre("n1>clients", "n1>n2", "n1>n3", "n2>clients", "n2>n1", "n2>n3"));
  EXPECT_THAT(links("both", false), ElementsAre("n1>n2", "n1>n3", "n2>n1", "n2>n3", "n3>n1", "n3>n2"));
  EXPECT_EQ(links("both", true).size(), 10U);
}

TEST_F(PacketKindsTest, OverlapAndAreLiftedAlone) {
  const auto first = begin("network.loss", {"n1"}, with({{"chance", 0.5}}, "in", false));
  const auto second = begin("network.loss", {"n1"}, with({{"chance", 0.1}}, "in", false));
  EXPECT_EQ(network.rules.size(), 4U);
  end(first);
  EXPECT_THAT(network.ruled(), ElementsAre("n2>n1", "n3>n1"));
  EXPECT_EQ(network.rules.begin()->second.second.loss, 100'000U);
  end(second);
}

TEST_F(PacketKindsTest, AResetBreaksEachConnectionOnceAndCountsBothWays) {
  const auto reset = begin("network.reset", {"n1", "n2"}, {{"clients", true}});
  EXPECT_THAT(network.resets, ElementsAre("clients-n1", "clients-n2", "n1-n2", "n1-n3", "n2-n3"));
  network.counts[{"n2", "n1"}].messages_dropped += 4;
  const Ended ended = end(reset);
  EXPECT_TRUE(ended.took_effect);
  EXPECT_EQ(ended.measured["connections_cut"], 10);
  EXPECT_EQ(ended.measured["messages_dropped"], 4);
}

Parameters drawn(const std::string& kind, std::uint64_t seed, Parameters asked = {},
                 std::vector<std::string> cluster = {"n1", "n2", "n3"}) {
  FaultSpec spec;
  spec.kind = kind;
  spec.parameters = std::move(asked);
  PlanRequest request{
      .seed = seed, .duration = kSecond, .nodes = std::move(cluster), .primaries = {}, .specs = {spec}};
  const auto plan = draw_plan(request);
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? plan->front().parameters : Parameters{};
}

std::string refusal(const std::string& kind, Parameters parameters,
                    std::vector<std::string> cluster = {"n1", "n2", "n3"}) {
  FaultSpec spec;
  spec.kind = kind;
  spec.parameters = std::move(parameters);
  PlanRequest request{
      .seed = 1, .duration = kSecond, .nodes = std::move(cluster), .primaries = {}, .specs = {spec}};
  const auto plan = draw_plan(request);
  return plan ? "accepted" : plan.error().field + ": " + plan.error().message;
}

TEST(PacketParameters, AreDrawnFromWhatIsUsual) {
  std::set<std::string> directions;
  std::set<bool> clients;
  double least = 1;
  double most = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Parameters parameters = drawn("network.loss", seed);
    const double chance = std::get<double>(parameters.at("chance"));
    least = std::min(least, chance);
    most = std::max(most, chance);
    directions.insert(std::get<std::string>(parameters.at("direction")));
    clients.insert(std::get<bool>(parameters.at("clients")));
  }
  EXPECT_GE(least, 0.01);
  EXPECT_LT(least, 0.02);
  EXPECT_LE(most, 0.5);
  EXPECT_GT(most, 0.3);
  EXPECT_EQ(directions, (std::set<std::string>{"both", "in", "out"}));
  EXPECT_EQ(clients.size(), 2U);
}

TEST(PacketParameters, StayWhatWasAskedFor) {
  const Parameters asked{{"delay", "100ms"}, {"jitter", "0s"}, {"direction", "in"}, {"clients", false}};
  EXPECT_EQ(drawn("network.delay", 1, asked), asked);
  const Parameters rate = drawn("network.bandwidth", 2, {{"rate", std::vector<std::string>{"300", "200"}}});
  EXPECT_GE(std::get<std::int64_t>(rate.at("rate")), 200);
  EXPECT_LE(std::get<std::int64_t>(rate.at("rate")), 300);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Parameters some =
        drawn("network.flap", seed, {{"direction", std::vector<std::string>{"in", "out"}}});
    EXPECT_NE(std::get<std::string>(some.at("direction")), "both");
  }
}

TEST(PacketParameters, OfANodeOnItsOwnAreAboutItsClients) {
  EXPECT_EQ(std::get<bool>(drawn("network.reset", 1, {}, {"n1"}).at("clients")), true);
  EXPECT_THAT(refusal("network.reset", {{"clients", false}}, {"n1"}), HasSubstr("links with clients only"));
}

TEST(PacketParameters, ThatAreWrongSayWhatWouldBeRight) {
  EXPECT_THAT(refusal("network.loss", {{"chance", 1.5}}), HasSubstr("must be between 0.000001 and 1"));
  EXPECT_THAT(refusal("network.loss", {{"chance", 0.0}}), HasSubstr("must be between"));
  EXPECT_THAT(refusal("network.bandwidth", {{"rate", 0.5}}), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("network.bandwidth", {{"rate", "1 MB"}}), HasSubstr("not \"1 MB\""));
  EXPECT_THAT(refusal("network.flap", {{"period", "10us"}}), HasSubstr("must be between 1ms and 1h"));
  EXPECT_THAT(refusal("network.hold", {{"clients", "yes"}}), HasSubstr("must be true or false"));
  EXPECT_THAT(refusal("network.hold", {{"direction", "inn"}}), HasSubstr("did you mean \"in\"?"));
}

}  // namespace
}  // namespace fracas::nemesis
