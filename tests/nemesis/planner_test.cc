// Plans: the same from the same seed, within their bounds, aimed as they say.
#include "nemesis/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "nemesis/kind.h"

namespace fracas::nemesis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Nanoseconds kSecond = 1'000'000'000;
const std::vector<std::string> kFive{"n1", "n2", "n3", "n4", "n5"};

PlanRequest request(std::vector<FaultSpec> specs, std::uint64_t seed = 1,
                    Nanoseconds duration = 30 * kSecond) {
  return PlanRequest{.seed = seed,
                     .duration = duration,
                     .nodes = kFive,
                     .primaries = {"n2", "n4"},
                     .specs = std::move(specs)};
}

FaultSpec spec(const std::string& kind, Nanoseconds every = 0, const std::string& target = "one") {
  FaultSpec made;
  made.kind = kind;
  made.target = target;
  made.every = every;
  return made;
}

FaultSpec any_spec() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.emplace_back(kind.name);
  FaultSpec drawn = spec(*rc::gen::elementOf(names), *rc::gen::inRange<Nanoseconds>(0, 8) * kSecond / 2,
                         *rc::gen::elementOf(std::vector<std::string>{"one", "minority", "majority", "all",
                                                                      "primaries", "some", "n1,n3"}));
  drawn.lasts = *rc::gen::inRange<Nanoseconds>(0, 6) * kSecond / 2;
  drawn.after = *rc::gen::inRange<Nanoseconds>(0, 20) * kSecond;
  return drawn;
}

PlanRequest any_request() {
  std::vector<FaultSpec> specs;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) specs.push_back(any_spec());
  return request(std::move(specs), *rc::gen::arbitrary<std::uint64_t>(),
                 *rc::gen::inRange<Nanoseconds>(0, 60) * kSecond);
}

std::vector<std::string> texts(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Fault& fault : plan) lines.push_back(to_json(fault).dump());
  return lines;
}

/// Faults without their ids, which count through the whole plan.
std::multiset<std::string> anonymous(const Plan& plan) {
  std::multiset<std::string> lines;
  for (Fault fault : plan) {
    fault.id = 0;
    lines.insert(to_json(fault).dump());
  }
  return lines;
}

std::string error_of(const FaultSpec& wrong) {
  const auto plan = draw_plan(request({spec("process.kill"), wrong}));
  if (plan) return "accepted";
  EXPECT_EQ(plan.error().entry, 1U);
  return plan.error().field + ": " + plan.error().message;
}

RC_GTEST_PROP(Planner, TheSameSeedGivesTheSamePlan, ()) {
  const PlanRequest asked = any_request();
  RC_ASSERT(texts(*draw_plan(asked)) == texts(*draw_plan(asked)));
}

RC_GTEST_PROP(Planner, APlanIsSortedNumberedAndWithinItsBounds, ()) {
  const PlanRequest asked = any_request();
  const auto plan = draw_plan(asked);
  RC_ASSERT(plan.has_value());
  for (std::size_t i = 0; i < plan->size(); ++i) {
    const Fault& fault = (*plan)[i];
    RC_ASSERT(fault.id == i);
    if (i > 0) RC_ASSERT((*plan)[i - 1].start <= fault.start);
    RC_ASSERT(fault.start >= 0);
    RC_ASSERT(fault.duration > 0);
    RC_ASSERT(fault.start + fault.duration <= asked.duration);
    RC_ASSERT(!fault.nodes.empty());
  }
}

RC_GTEST_PROP(Planner, EveryFaultOfAPlanCanBeReadBackAndBegun, ()) {
  const auto plan = draw_plan(any_request());
  RC_ASSERT(plan.has_value());
  for (const Fault& fault : *plan) {
    const auto read = fault_from_json(nlohmann::json::parse(to_json(fault).dump()));
    RC_ASSERT(read.has_value());
    const auto checked = check_fault(*read, kFive);
    if (checked.has_error()) RC_FAIL(checked.error().message);
  }
}

RC_GTEST_PROP(Planner, OneMoreSpecAtTheEndDoesNotChangeTheOthers, ()) {
  PlanRequest asked = any_request();
  // Who is in the ring follows from the whole plan.
  std::erase_if(asked.specs,
                [](const FaultSpec& one) { return find_kind(one.kind)->change_ring != nullptr; });
  const std::multiset<std::string> before = anonymous(*draw_plan(asked));
  asked.specs.push_back(any_spec());
  const std::multiset<std::string> after = anonymous(*draw_plan(asked));
  RC_ASSERT(std::includes(after.begin(), after.end(), before.begin(), before.end()));
}

RC_GTEST_PROP(Planner, ANodeSuffersOneFaultAtATimeOfThoseThatStopIt, ()) {
  const auto plan = draw_plan(any_request());
  std::map<std::string, Nanoseconds> free_from;
  for (const Fault& fault : *plan) {
    if (!find_kind(fault.kind)->stops_nodes) continue;
    for (const std::string& node : fault.nodes) {
      Nanoseconds& end = free_from[node];
      RC_ASSERT(fault.start >= end);
      end = fault.start + fault.duration + 500'000'000;  // a rest, to come back
    }
  }
}

TEST(Planner, EveryKindFromEverySeedIsResolvedReadableAndTheSameAgain) {
  std::vector<FaultSpec> all;
  for (const Kind& kind : kinds()) all.push_back(spec(std::string(kind.name), 10 * kSecond, "some"));
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto plan = draw_plan(request(all, seed));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(texts(*plan), texts(*draw_plan(request(all, seed))));
    for (const Fault& fault : *plan) {
      const auto read = fault_from_json(nlohmann::json::parse(to_json(fault).dump()));
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->parameters, fault.parameters) << fault.kind;
      const auto checked = check_fault(*read, kFive);
      EXPECT_TRUE(checked) << fault.kind << ": " << checked.error().message;
    }
  }
}

TEST(Planner, OneMoreDrawOfAResolvedFaultIsTheSameFault) {
  for (const Kind& kind : kinds()) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Fault first = draw_plan(request({spec(std::string(kind.name))}, seed))->front();
      FaultSpec exact = spec(first.kind);
      exact.after = first.start;
      exact.lasts = first.duration;
      exact.parameters = first.parameters;
      exact.target.clear();
      for (const std::string& node : first.nodes) exact.target += (exact.target.empty() ? "" : ",") + node;
      EXPECT_EQ(to_json(draw_plan(request({exact}, seed + 1000))->front()), to_json(first)) << kind.name;
    }
  }
}

TEST(Planner, APauseWaitsForANodeThatIsDownAndADelayDoesNot) {
  FaultSpec kill = spec("process.kill", 0, "n1");
  kill.after = 2 * kSecond;
  kill.lasts = 3 * kSecond;
  FaultSpec pause = spec("process.pause", 0, "n1");
  pause.after = 3 * kSecond;
  pause.lasts = kSecond;
  FaultSpec delay = pause;
  delay.kind = "network.delay";
  const auto plan = draw_plan(request({kill, pause, delay}));
  ASSERT_EQ(plan->size(), 3U);
  EXPECT_EQ((*plan)[1].kind, "network.delay");
  EXPECT_EQ((*plan)[1].start, 3 * kSecond);
  EXPECT_EQ((*plan)[2].kind, "process.pause");
  EXPECT_EQ((*plan)[2].start, 5'500'000'000) << "the kill ends at 5 s, and the node needs time to come back";
}

TEST(Planner, ASpecThatFindsItsNodesTakenTriesOthers) {
  FaultSpec kill = spec("process.kill", 0, "n1,n2,n3,n4");
  kill.lasts = 30 * kSecond;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto plan = draw_plan(request({kill, spec("process.pause")}, seed));
    ASSERT_EQ(plan->size(), 2U) << "n5 is free";
    EXPECT_THAT((*plan)[0].kind == "process.pause" ? (*plan)[0].nodes : (*plan)[1].nodes, ElementsAre("n5"));
  }
}

RC_GTEST_PROP(Planner, GapsAreWithinHalfAndOneAndAHalfOfEvery, ()) {
  const Nanoseconds every = *rc::gen::inRange<Nanoseconds>(10, 5000) * 1'000'000;
  FaultSpec repeated = spec("clock.jump", every);
  repeated.lasts = 1'000'000;
  repeated.after = 2 * kSecond;
  const auto plan = draw_plan(request({repeated}, *rc::gen::arbitrary<std::uint64_t>()));
  RC_ASSERT(plan->front().start >= repeated.after);
  RC_ASSERT(plan->front().start <= repeated.after + every);
  for (std::size_t i = 1; i < plan->size(); ++i) {
    const Nanoseconds gap = (*plan)[i].start - (*plan)[i - 1].start;
    RC_ASSERT(2 * gap >= every);
    RC_ASSERT(2 * gap <= 3 * every);
  }
}

RC_GTEST_PROP(Planner, EverySpecShowsItselfInADefaultRun, ()) {
  std::vector<FaultSpec> specs;
  for (const Kind& kind : kinds()) {
    // Those that change the ring take turns, and leave each other room.
    const Nanoseconds shortest = kind.change_ring == nullptr ? 0 : 12;
    specs.push_back(spec(std::string(kind.name), *rc::gen::inRange<Nanoseconds>(shortest, 40) * kSecond));
  }
  const auto plan = draw_plan(request(std::move(specs), *rc::gen::arbitrary<std::uint64_t>()));
  std::set<std::string> seen;
  for (const Fault& fault : *plan) seen.insert(fault.kind);
  RC_ASSERT(seen.size() == kinds().size());
}

TEST(Planner, ASpecWithoutEveryIsOneFaultExactlyWhereItSays) {
  FaultSpec once = spec("process.pause");
  once.after = 7 * kSecond;
  once.lasts = 2 * kSecond;
  const auto plan = draw_plan(request({once}));
  ASSERT_EQ(plan->size(), 1U);
  EXPECT_EQ(plan->front().start, 7 * kSecond);
  EXPECT_EQ(plan->front().duration, 2 * kSecond);
}

TEST(Planner, TheLastFaultIsShortenedOrLeftOut) {
  FaultSpec long_one = spec("clock.jump");
  long_one.lasts = 10 * kSecond;
  long_one.after = 25 * kSecond;
  EXPECT_EQ(draw_plan(request({long_one}))->front().duration, 5 * kSecond);
  long_one.after = 30 * kSecond - 200'000'000;
  EXPECT_EQ(draw_plan(request({long_one}))->size(), 1U);
  long_one.after = 30 * kSecond - 199'000'000;
  EXPECT_TRUE(draw_plan(request({long_one}))->empty()) << "less than 200 ms is no fault";
  FaultSpec repeated = spec("clock.jump", 100'000'000);
  repeated.lasts = 10 * kSecond;
  for (const Fault& fault : *draw_plan(request({repeated}))) EXPECT_GE(fault.duration, 10 * kSecond / 4);
}

TEST(Planner, KillsOfOneNodeFollowEachOther) {
  FaultSpec often = spec("process.kill", kSecond, "n1");
  often.lasts = 3 * kSecond;
  const auto plan = draw_plan(request({often, often}));
  ASSERT_GT(plan->size(), 5U);
  for (std::size_t i = 1; i < plan->size(); ++i) {
    EXPECT_GE((*plan)[i].start, (*plan)[i - 1].start + (*plan)[i - 1].duration + kSecond / 2);
  }
}

TEST(Planner, DefaultDurationsVaryAroundTheKinds) {
  std::set<Nanoseconds> durations;
  for (const Fault& fault : *draw_plan(request({spec("process.kill", kSecond)}))) {
    if (fault.start < 26 * kSecond) durations.insert(fault.duration);
  }
  EXPECT_GT(durations.size(), 5U);
  EXPECT_GE(*durations.begin(), kSecond);
  EXPECT_LE(*durations.rbegin(), 3 * kSecond);
}

RC_GTEST_PROP(Targets, ResolveToWhatTheySay, ()) {
  const auto target = *rc::gen::elementOf(
      std::vector<std::string>{"one", "minority", "majority", "all", "primaries", "some", "n3,n1", " n5 "});
  PlanRequest asked = request({spec("process.kill", 0, target)}, *rc::gen::arbitrary<std::uint64_t>());
  const int size = *rc::gen::inRange(5, 9);
  for (int i = 6; i <= size; ++i) asked.nodes.push_back("n" + std::to_string(i));
  const std::vector<std::string> nodes = draw_plan(asked)->front().nodes;
  RC_ASSERT(std::includes(asked.nodes.begin(), asked.nodes.end(), nodes.begin(), nodes.end()));
  const std::size_t all = asked.nodes.size();
  if (target == "one") RC_ASSERT(nodes.size() == 1U);
  if (target == "minority") RC_ASSERT(nodes.size() * 2 < all && (nodes.size() + 1) * 2 >= all);
  if (target == "majority") RC_ASSERT(nodes.size() * 2 > all && (nodes.size() - 1) * 2 <= all);
  if (target == "all") RC_ASSERT(nodes == asked.nodes);
  if (target == "primaries") RC_ASSERT(nodes == asked.primaries);
  if (target == "some") RC_ASSERT(!nodes.empty());
  if (target == "n3,n1") RC_ASSERT(nodes == (std::vector<std::string>{"n1", "n3"}));
  if (target == " n5 ") RC_ASSERT(nodes == std::vector<std::string>{"n5"});
}

TEST(Targets, OneAndSomeReachEveryNode) {
  std::set<std::string> one;
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    one.insert(draw_plan(request({spec("process.kill", 0, "one")}, seed))->front().nodes[0]);
    sizes.insert(draw_plan(request({spec("process.kill", 0, "some")}, seed))->front().nodes.size());
  }
  EXPECT_EQ(one.size(), 5U);
  EXPECT_THAT(sizes, ElementsAre(1, 2, 3, 4, 5));
}

TEST(Amounts, OfAJumpAreSmallAndBigAndOfBothSigns) {
  int small = 0;
  int big = 0;
  int negative = 0;
  int count = 0;
  for (const Fault& fault : *draw_plan(request({spec("clock.jump", 20'000'000)}, 3, 20 * kSecond))) {
    const Nanoseconds by = *parse_duration(std::get<std::string>(fault.parameters.at("by")));
    ASSERT_GE(std::abs(by), 10'000'000);
    ASSERT_LE(std::abs(by), 300 * kSecond);
    ++count;
    small += std::abs(by) < kSecond ? 1 : 0;
    big += std::abs(by) > 10 * kSecond ? 1 : 0;
    negative += by < 0 ? 1 : 0;
  }
  EXPECT_GT(small, count / 4);
  EXPECT_GT(big, count / 8);
  EXPECT_GT(negative, count / 3);
  EXPECT_LT(negative, count * 2 / 3);
}

TEST(Amounts, StayWithinTheRangeAsked) {
  FaultSpec jump = spec("clock.jump", 50'000'000);
  jump.parameters["by"] = std::vector<std::string>{"5s", "2s"};
  for (const Fault& fault : *draw_plan(request({jump}))) {
    const Nanoseconds by = *parse_duration(std::get<std::string>(fault.parameters.at("by")));
    EXPECT_GE(by, 2 * kSecond);
    EXPECT_LE(by, 5 * kSecond);
  }
  FaultSpec drift = spec("clock.drift", 50'000'000);
  drift.parameters["rate"] = std::vector<std::string>{"0.9", "1"};
  for (const Fault& fault : *draw_plan(request({drift}))) {
    const double rate = std::get<double>(fault.parameters.at("rate"));
    EXPECT_GE(rate, 0.9);
    EXPECT_LT(rate, 1.0);
  }
  FaultSpec exact = spec("clock.jump");
  exact.parameters["by"] = std::string("-250ms");
  EXPECT_EQ(std::get<std::string>(draw_plan(request({exact}))->front().parameters.at("by")), "-250ms");
}

TEST(Messages, SayWhatWouldBeRight) {
  EXPECT_THAT(error_of(spec("process.kil")),
              HasSubstr("kind: there is no kind of fault \"process.kil\"; did you mean \"process.kill\"?"));
  EXPECT_THAT(error_of(spec("kill")), HasSubstr("did you mean \"process.kill\"?"));
  EXPECT_THAT(error_of(spec("earth.quake")), HasSubstr("known are process.kill, process.pause"));
  EXPECT_THAT(error_of(spec("process.kill", 0, "n6")),
              HasSubstr("target: there is no node or group \"n6\"; did you mean \"n1\"?"));
  EXPECT_THAT(error_of(spec("process.kill", 0, "minorty")), HasSubstr("did you mean \"minority\"?"));
  EXPECT_THAT(error_of(spec("process.kill", 0, "n1,")), HasSubstr("no node or group \"\""));
  EXPECT_THAT(error_of(spec("process.kill", -1)), HasSubstr("every: must be between 0s and 720h"));
  EXPECT_THAT(error_of(spec("process.kill", 1)), HasSubstr("must be 1ms or more"));
  FaultSpec wrong = spec("clock.jump");
  wrong.parameters = {{"buy", "1s"}};
  EXPECT_THAT(error_of(wrong), HasSubstr("did you mean \"by\"?"));
  wrong.parameters = {{"by", "1 s"}};
  EXPECT_THAT(error_of(wrong), HasSubstr("the unit is unknown"));
  wrong.parameters = {{"by", std::int64_t{5}}};
  EXPECT_THAT(error_of(wrong), HasSubstr("must be a duration as text"));
  wrong.parameters = {{"by", std::vector<std::string>{"1s", "2s", "3s"}}};
  EXPECT_THAT(error_of(wrong), HasSubstr("a range of two"));
  wrong.parameters = {{"by", "0s"}};
  EXPECT_THAT(error_of(wrong), HasSubstr("does nothing"));
  wrong = spec("clock.drift");
  wrong.parameters = {{"rate", -1.0}};
  EXPECT_THAT(error_of(wrong), HasSubstr("must be between 0 and 100"));
  wrong.parameters = {{"rate", "fast"}};
  EXPECT_THAT(error_of(wrong), HasSubstr("must be a number, not \"fast\""));
  wrong = spec("process.kill");
  wrong.parameters = {{"hard", true}};
  EXPECT_THAT(error_of(wrong), HasSubstr("not a parameter of this kind, which has none"));
}

TEST(Messages, TooManyFaultsAreRefused) {
  const auto plan = draw_plan(request({spec("clock.jump", 1'000'000)}));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("more than 10,000 faults"));
}

TEST(Messages, PrimariesNeedATargetThatKnowsThem) {
  PlanRequest asked = request({spec("process.kill", 0, "primaries")});
  asked.primaries.clear();
  ASSERT_FALSE(draw_plan(asked));
  EXPECT_THAT(draw_plan(asked).error().message, HasSubstr("does not tell"));
}

TEST(CheckFault, RefusesWhatIsStillOpenOrUnknown) {
  Fault fault = draw_plan(request({spec("clock.jump")}))->front();
  ASSERT_TRUE(check_fault(fault, kFive));
  Fault open = fault;
  open.parameters["by"] = std::vector<std::string>{"1s", "2s"};
  EXPECT_THAT(check_fault(open, kFive).error().message,
              HasSubstr("must say everything as a plan does: {\"by\":\""));
  Fault unknown = fault;
  unknown.nodes = {"n12"};
  EXPECT_THAT(check_fault(unknown, kFive).error().message, HasSubstr("did you mean \"n1\"?"));
}

}  // namespace
}  // namespace fracas::nemesis
