// The explorer: its scopes come out as expected, its short cuts change no outcome, and its counterexamples
// can be read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/explore/outcome.h"
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using P = Property;

Outcome outcome_of(const Scope& scope) {
  auto outcome = run(scope);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? *std::move(outcome) : Outcome{};
}

// --- the shipped scopes ---

std::vector<std::string> quick_scopes() {
  std::vector<std::string> names;
  for (const Scope& scope : scopes()) {
    if (!scope.slow) names.push_back(scope.name);
  }
  return names;
}

class ShippedScope : public testing::TestWithParam<std::string> {};

TEST_P(ShippedScope, comes_out_as_expected) {
  const Scope& scope = *find_scope(GetParam());
  const Outcome outcome = outcome_of(scope);
  EXPECT_EQ(outcome.exit(), Exit::pass);
  for (const Finding& finding : outcome.findings)
    EXPECT_TRUE(finding.as_expected())
        << to_string(finding.expected.property) << " " << to_string(finding.found);
}

INSTANTIATE_TEST_SUITE_P(Explore, ShippedScope, testing::ValuesIn(quick_scopes()), [](const auto& scope) {
  std::string name = scope.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Scopes, have_their_own_name_a_sentence_and_something_to_expect) {
  std::set<std::string> names;
  for (const Scope& scope : scopes()) {
    EXPECT_TRUE(names.insert(scope.name).second) << scope.name;
    EXPECT_THAT(scope.sentence, testing::EndsWith("."));
    EXPECT_FALSE(scope.expected.empty()) << scope.name;
    EXPECT_TRUE(SmallWorld::open(scope)) << scope.name;
  }
}

TEST(Scopes, of_each_seeded_bug_hold_without_the_bug) {
  for (Scope scope : bug_scopes()) {
    std::erase_if(scope.store, [](const auto& knob) { return knob.first == "bugs"; });
    for (Expectation& expectation : scope.expected) expectation.violated = false;
    EXPECT_EQ(outcome_of(scope).exit(), Exit::pass) << scope.name;
  }
}

/// field/store.md, 4.1, note 8: the smallest is n = 2, r = 1, w = 2.
TEST(BlockingRepair, is_linearizable_exactly_when_2r_is_more_than_n_and_abd_always) {
  for (int n = 1; n <= 3; ++n) {
    for (int r = 1; r <= n; ++r) {
      for (int w = n - r + 1; w <= n; ++w) {
        for (const std::string repair : {"blocking", "abd"}) {
          const Scope scope{.name = "overlapping quorums",
                            .store = quorum(n, r, w, {{"repair", repair}}),
                            .operations = {put(1, "1", 1), get(2, 1), get(3, n)},
                            .expected = {{P::linearizable, repair == "blocking" && 2 * r <= n}}};
          EXPECT_EQ(outcome_of(scope).exit(), Exit::pass) << repair << " n=" << n << " r=" << r << " w=" << w;
        }
      }
    }
  }
}

// --- what is explored ---

/// Scopes so small that they can be explored without any short cut, of all kinds of action.
std::vector<Scope> tiny_scopes() {
  const Knobs two = quorum(2, 1, 2);
  std::vector<Scope> tiny{
      {.name = "read", .store = quorum(2, 1, 1), .operations = {put(1, "1"), get(2, 2)}},
      {.name = "repair",
       .store = quorum(2, 2, 1, {{"repair", "async"}}),
       .operations = {put(1, "1", 1), get(2, 2)}},
      {.name = "blocking",
       .store = quorum(2, 2, 1, {{"repair", "blocking"}}),
       .operations = {put(1, "1", 1), get(2, 2)}},
      {.name = "loss", .store = two, .operations = {put(1, "1", 1), get(2, 2)}, .losses = 1},
      {.name = "timer", .store = two, .operations = {put(1, "1", 1), get(1, 1)}, .timers = 1},
      {.name = "hint",
       .store = quorum(2, 1, 1, {{"hints", "coordinator"}}),
       .operations = {put(1, "1", 1), put(1, "2", 2)},
       .losses = 1,
       .timers = 2},
      {.name = "repetition", .store = two, .operations = {put(1, "1", 1), get(2, 2)}, .repetitions = 1},
      {.name = "crash", .store = two, .operations = {put(1, "1")}, .crashes = 1},
      {.name = "power",
       .store = quorum(2, 1, 1, {{"fsync", "never"}}),
       .operations = {put(1, "1")},
       .losses = 1,
       .crashes = 1,
       .power_cuts = true},
      {.name = "ordered",
       .store = two,
       .operations = {put(1, "1", 1), put(2, "2", 2), get(1, 1)},
       .ordered_links = true},
      {.name = "siblings",
       .store = quorum(2, 1, 1, {{"conflict", "siblings"}}),
       .operations = {put(1, "1", 1), put(2, "2", 2), add(1, "3", 1)}},
      {.name = "forward",
       .store = quorum(2, 1, 1, {{"nodes", "3"}, {"conflict", "siblings"}}),
       .operations = {put(1, "1")},
       .crashes = 1},
      {.name = "bug",
       .store = quorum(2, 2, 1, {{"bugs", "first_reply_wins"}}),
       .operations = {put(1, "1", 1), get(2)}},
  };
  return tiny;
}

struct All {
  Exploration exploration;
  std::set<std::string> endings;  ///< every way in which a schedule can end
};

All explore_all(const Scope& scope, bool merge_equal_nodes, bool merge_equal) {
  auto world = SmallWorld::open(scope, merge_equal_nodes);
  EXPECT_TRUE(world) << world.error().message;
  All all;
  ExploreOptions options{.merge_equal = merge_equal, .on_story = {}, .stop_when_all_violated = false};
  options.on_story = [&](const Story& story) {
    if (story.ending) all.endings.insert(text_of(story));
  };
  all.exploration =
      explore(*world, {P::no_late_effects, P::honest_failures, P::durability, P::lost_updates}, options);
  return all;
}

void expect_equal(const All& one, const All& other, const std::string& name) {
  EXPECT_TRUE(one.exploration.complete && other.exploration.complete) << name;
  EXPECT_EQ(one.endings, other.endings) << name;
  EXPECT_EQ(one.exploration.schedules, other.exploration.schedules) << name;
  EXPECT_EQ(one.exploration.depth, other.exploration.depth) << name;
  ASSERT_EQ(one.exploration.violations.size(), other.exploration.violations.size()) << name;
  for (const auto& [property, schedule] : one.exploration.violations)
    EXPECT_EQ(schedule.size(), other.exploration.violations.at(property).size()) << name;
}

TEST(Exploring, equal_situations_once_finds_what_exploring_every_schedule_finds) {
  for (const Scope& scope : tiny_scopes()) {
    const All every = explore_all(scope, false, false), merged = explore_all(scope, false, true);
    EXPECT_GT(every.exploration.situations, merged.exploration.situations) << scope.name;
    expect_equal(every, merged, scope.name);
  }
}

TEST(Exploring, nodes_with_equal_fingerprints_as_one_finds_what_telling_them_apart_finds) {
  std::vector<Scope> small = tiny_scopes();
  for (const std::string name : {"quorum-ordered-links", "abd-two-writers", "read-all-monotonic-reads",
                                 "crash-of-the-only-copy", "power-cut-siblings", "bug-timeout-as-fail"})
    small.push_back(*find_scope(name));
  small.push_back(
      {.name = "all are heard", .store = quorum(3, 3, 1), .operations = {put(1, "1", 1), get(2, 2)}});
  small.push_back({.name = "all acknowledge",
                   .store = quorum(3, 1, 3, {{"repair", "abd"}}),
                   .operations = {put(1, "1", 1), get(2, 1)}});
  small.push_back({.name = "some give up",
                   .store = quorum(3, 2, 2),
                   .operations = {put(1, "1", 1), get(2, 2)},
                   .losses = 1,
                   .timers = 1});
  small.push_back({.name = "exchange",
                   .store = quorum(2, 1, 1, {{"anti_entropy", "10ms"}}),
                   .operations = {put(1, "1", 1)},
                   .losses = 1,
                   .timers = 1});
  for (const Scope& scope : small) {
    const All apart = explore_all(scope, false, true), merged = explore_all(scope, true, true);
    EXPECT_GE(apart.exploration.node_states, merged.exploration.node_states) << scope.name;
    expect_equal(apart, merged, scope.name);
  }
}

TEST(Exploring, ends_at_the_limit_with_what_is_not_violated_undecided) {
  const Scope& scope = *find_scope("blocking-majority");
  const auto outcome = run(scope, {.max_situations = 1000});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->exploration.complete);
  EXPECT_EQ(outcome->findings.front().found, Found::unknown);
  EXPECT_EQ(outcome->exit(), Exit::unknown);
}

TEST(Exploring, reports_a_promise_that_is_broken_and_an_expected_violation_that_is_not_there) {
  Scope scope = *find_scope("small-quorum-regular");
  scope.expected = {holds_always(P::regular)};
  EXPECT_EQ(outcome_of(scope).exit(), Exit::violated);
  scope = *find_scope("quorum-regular");
  scope.expected = {is_violated(P::regular)};
  EXPECT_EQ(outcome_of(scope).exit(), Exit::violated);
}

TEST(Exploring, refuses_a_scope_whose_knobs_make_no_sense) {
  const Scope scope{.name = "odd", .store = quorum(2, 3, 1), .operations = {get(1)}};
  const auto world = SmallWorld::open(scope);
  ASSERT_FALSE(world);
  EXPECT_THAT(world.error().message, HasSubstr("scope odd: r"));
}

// --- what a person reads ---

TEST(Counterexample, is_a_shortest_schedule_told_step_by_step) {
  const Outcome outcome = outcome_of(*find_scope("blocking-few-readers"));
  const Narration& told = outcome.findings.front().counterexample;
  ASSERT_THAT(told.steps, SizeIs(3));
  EXPECT_EQ(told.steps[0].what, "c1 begins put 1 at n1");
  EXPECT_EQ(told.steps[0].came, "n1 sends write 1 to n2");
  EXPECT_EQ(told.steps[1].what, "c2 begins get at n1");
  EXPECT_EQ(told.steps[1].came, "n1 sends ask to n2; c2's get ends: 1");
  EXPECT_EQ(told.steps[2].came, "n2 sends ask to n1; c3's get ends: nothing");
  EXPECT_THAT(told.operations, ElementsAre("c1 put 1, from step 1 on: open", "c2 get, from step 2 to 2: 1",
                                           "c3 get, from step 3 to 3: nothing"));
}

TEST(Counterexample, about_the_end_says_what_is_left) {
  const Outcome outcome = outcome_of(*find_scope("power-cut-unsynced"));
  const Narration& told = outcome.findings.front().counterexample;
  EXPECT_EQ(told.ending, "all homes together hold nothing");
  EXPECT_TRUE(std::any_of(told.steps.begin(), told.steps.end(), [](const Step& step) {
    return step.what == "n1 loses power, and what it had not synced";
  }));
}

}  // namespace
}  // namespace fracas::harness::explore
