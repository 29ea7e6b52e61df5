// The explorer: its scopes come out as expected, its short cuts change no outcome, and its definitions agree
// with hand-made stories and with the checkers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>

#include "checker/property.h"
#include "harness/commands/explore.h"
#include "harness/explore/outcome.h"
#include "harness/explore/scope_groups.h"

namespace fracas::harness::explore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
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

// --- machines ---

Machine machine_of_two(store::Fsync fsync, bool power_cuts) {
  store::Config config;
  config.nodes = config.n = 2;
  config.r = config.w = 1;
  config.conflict = store::Conflict::lww;
  config.anti_entropy_ns = 0;
  config.fsync = fsync;
  return Machine({.config = config, .self = 0, .sync_at_once = false, .power_cuts = power_cuts});
}

Begin begin_put() {
  Begin begin;
  begin.request.verb = store::Verb::put;
  begin.request.key = "k";
  begin.request.value = "1";
  return begin;
}

TEST(Machine, answers_and_sends_only_when_what_they_rest_on_is_durable) {
  Machine machine = machine_of_two(store::Fsync::always, false);
  machine.happen(begin_put());
  EXPECT_TRUE(machine.syncing());
  EXPECT_THAT(machine.sent, IsEmpty());
  EXPECT_THAT(machine.replies, IsEmpty());
  machine.happen(Sync{});
  EXPECT_THAT(machine.sent, SizeIs(1));
  EXPECT_THAT(machine.replies, SizeIs(1));
  EXPECT_THAT(machine.disk(), SizeIs(1));
}

TEST(Machine, loses_the_running_write_in_a_crash_or_keeps_it_without_having_said_so) {
  for (const bool survives : {false, true}) {
    Machine machine = machine_of_two(store::Fsync::always, false);
    machine.happen(begin_put());
    machine.happen(Crash{survives});
    EXPECT_FALSE(machine.up());
    EXPECT_THAT(machine.sent, IsEmpty());
    EXPECT_THAT(machine.disk(), SizeIs(survives ? 1 : 0));
    machine.happen(Restart{});
    EXPECT_TRUE(machine.up());
  }
}

TEST(Machine, keeps_what_it_never_synced_through_a_kill_and_not_through_a_power_cut) {
  for (const bool power_cut : {false, true}) {
    Machine machine = machine_of_two(store::Fsync::never, power_cut);
    machine.happen(begin_put());
    EXPECT_THAT(machine.replies, SizeIs(1));
    machine.happen(Crash{});
    EXPECT_THAT(machine.disk(), SizeIs(power_cut ? 0 : 1));
  }
}

// --- definitions ---

Told write(int client, std::string value, std::uint32_t before, Status status = Status::ok) {
  Told told;
  told.client = client;
  told.value = value;
  told.before = before;
  told.status = status;
  if (status == Status::ok) told.clock = fmt::format("[{},\"n1\",1]", value);
  return told;
}
Told read(int client, std::vector<std::string> values, std::uint32_t before) {
  Told told;
  told.client = client;
  told.read = true;
  told.clock = values.empty() ? "null" : fmt::format("[{},\"n1\",1]", values.front());
  told.values = std::move(values);
  told.before = before;
  told.status = Status::ok;
  return told;
}
Story lww(std::vector<Told> operations) { return {true, std::move(operations), {}}; }
Story siblings(std::vector<Told> operations) { return {false, std::move(operations), {}}; }

TEST(Linearizable, refuses_new_then_old_and_nothing_else_that_overlaps) {
  const Told open = write(1, "1", 0, Status::open);
  EXPECT_FALSE(holds(P::linearizable, lww({open, read(2, {"1"}, 0), read(3, {}, 0b010)})));
  EXPECT_TRUE(holds(P::linearizable, lww({open, read(2, {"1"}, 0), read(3, {}, 0)})));
  EXPECT_TRUE(holds(P::linearizable, lww({open, read(2, {}, 0), read(3, {"1"}, 0b010)})));
  EXPECT_FALSE(holds(P::linearizable, lww({write(1, "1", 0), read(2, {}, 0b001)})));
}

TEST(Linearizable, lets_a_write_of_unknown_outcome_happen_late_or_never_and_a_failed_one_never) {
  EXPECT_TRUE(holds(P::linearizable,
                    lww({write(1, "1", 0, Status::unknown), read(2, {}, 0b001), read(2, {"1"}, 0b011)})));
  EXPECT_TRUE(holds(P::linearizable, lww({write(1, "1", 0, Status::unknown), read(2, {}, 0b001)})));
  EXPECT_FALSE(holds(P::linearizable, lww({write(1, "1", 0, Status::failed), read(2, {"1"}, 0b001)})));
}

TEST(Regular, lets_reads_flap_while_a_write_is_under_way_and_refuses_what_was_superseded) {
  const Told first = write(1, "1", 0), second = write(1, "2", 0b001);
  EXPECT_TRUE(holds(P::regular, lww({first, write(1, "2", 0b001, Status::open), read(2, {"2"}, 0b001),
                                     read(2, {"1"}, 0b101)})));
  EXPECT_FALSE(holds(P::regular, lww({first, second, read(2, {"1"}, 0b011)})));
  EXPECT_FALSE(holds(P::regular, lww({first, second, read(2, {}, 0b001)})));
  EXPECT_TRUE(holds(P::regular, lww({first, second, read(2, {"1"}, 0b001)})));
}

TEST(Regular, of_siblings_wants_every_acknowledged_write_unless_one_had_seen_it) {
  Told merged = write(2, "2", 0b001);
  EXPECT_FALSE(holds(P::regular, siblings({write(1, "1", 0), merged, read(3, {"2"}, 0b011)})));
  merged.saw = {"1"};
  EXPECT_TRUE(holds(P::regular, siblings({write(1, "1", 0), merged, read(3, {"2"}, 0b011)})));
  EXPECT_TRUE(holds(P::regular, siblings({write(1, "1", 0), write(2, "2", 0), read(3, {"1", "2"}, 0b011)})));
}

TEST(Sessions, read_their_writes_and_do_not_go_backwards) {
  EXPECT_FALSE(holds(P::read_your_writes, lww({write(1, "1", 0), read(1, {}, 0b001)})));
  EXPECT_TRUE(holds(P::read_your_writes, lww({write(1, "1", 0), write(2, "2", 0), read(1, {"2"}, 0b011)})));
  EXPECT_TRUE(holds(P::read_your_writes, lww({write(1, "1", 0), read(2, {}, 0b001)})));
  EXPECT_FALSE(holds(P::monotonic_reads, lww({read(1, {"2"}, 0), read(1, {"1"}, 0b001)})));
  EXPECT_TRUE(holds(P::monotonic_reads, lww({read(1, {"2"}, 0), read(2, {"1"}, 0b001)})));
}

TEST(Failures, are_honest_and_what_was_given_up_may_not_return_after_it_was_missed) {
  EXPECT_FALSE(holds(P::honest_failures, lww({write(1, "1", 0, Status::failed), read(2, {"1"}, 0)})));
  EXPECT_TRUE(holds(P::honest_failures, lww({write(1, "1", 0, Status::unknown), read(2, {"1"}, 0)})));
  const Told given_up = write(1, "1", 0, Status::unknown);
  EXPECT_FALSE(holds(P::no_late_effects, lww({given_up, read(1, {}, 0b001), read(1, {"1"}, 0b011)})));
  EXPECT_TRUE(holds(P::no_late_effects, lww({given_up, read(1, {"1"}, 0b001), read(1, {"1"}, 0b011)})));
}

Story ended(Story story, std::vector<std::string> values, std::string clock) {
  story.ending = Ending{std::move(values), std::move(clock)};
  return story;
}

TEST(TheEnd, keeps_every_acknowledged_write_or_a_later_one) {
  const Story two = lww({write(1, "2", 0), write(2, "3", 0b001)});
  EXPECT_TRUE(holds(P::durability, two)) << "nothing is said before the end";
  EXPECT_TRUE(holds(P::durability, ended(two, {"3"}, R"([3,"n1",1])")));
  EXPECT_FALSE(holds(P::durability, ended(two, {}, "null")));
  EXPECT_FALSE(holds(P::durability, ended(two, {"2"}, R"([2,"n1",1])")));
}

TEST(TheEnd, does_not_let_an_earlier_write_win) {
  const Story two = lww({write(1, "3", 0), write(2, "2", 0b001)});
  EXPECT_FALSE(holds(P::lost_writes, ended(two, {"3"}, R"([3,"n1",1])")));
  EXPECT_TRUE(holds(P::durability, ended(two, {"3"}, R"([3,"n1",1])")));
  EXPECT_TRUE(
      holds(P::lost_writes, ended(lww({write(1, "3", 0), write(2, "2", 0)}), {"3"}, R"([3,"n1",1])")));
}

TEST(TheEnd, has_every_element_that_was_added) {
  Told first = write(1, "[1]", 0), second = write(2, "[2]", 0);
  first.element = "1";
  second.element = "2";
  EXPECT_TRUE(holds(P::lost_updates, ended(siblings({first, second}), {"[1]", "[2]"}, "null")));
  EXPECT_TRUE(holds(P::lost_updates, ended(siblings({first, second}), {"[1,2]"}, "null")));
  EXPECT_FALSE(holds(P::lost_updates, ended(siblings({first, second}), {"[2]"}, "null")));
}

TEST(TheEnd, has_nothing_that_a_removal_had_seen_and_nothing_twice_and_the_same_everywhere) {
  Told removal = write(1, "", 0b001);
  removal.removal = true;
  removal.saw = {"1"};
  const Story removed = siblings({write(1, "1", 0), removal, write(2, "2", 0)});
  EXPECT_FALSE(holds(P::no_resurrection, ended(removed, {"1", "2"}, "null")));
  EXPECT_TRUE(holds(P::no_resurrection, ended(removed, {"2"}, "null")));
  EXPECT_FALSE(holds(P::no_repetition, ended(removed, {"2", "2"}, "null")));
  EXPECT_FALSE(holds(P::no_repetition, siblings({write(1, "1", 0), read(2, {"1", "1"}, 0)})));
  EXPECT_TRUE(holds(P::no_repetition, ended(removed, {"1", "2"}, "null")));
  Story apart = ended(removed, {"2"}, "null");
  EXPECT_TRUE(holds(P::convergence, apart));
  apart.ending->equal = false;
  EXPECT_FALSE(holds(P::convergence, apart));
}

// --- the command ---

struct Heard {
  Exit exit = Exit::pass;
  std::string out, err;
};

Heard hear(const ExploreCommand& command) {
  std::ostringstream out, err;
  Console console{.out = out, .err = err};
  const Exit exit = explore_command(command, console);
  return {exit, out.str(), err.str()};
}

TEST(ExploreCommand, tells_the_schedule_of_a_scope_that_is_named) {
  const Heard heard = hear({.scopes = {"small-quorum-regular"}});
  EXPECT_EQ(heard.exit, Exit::pass);
  EXPECT_THAT(heard.err, HasSubstr("regular is violated, as expected"));
  EXPECT_THAT(heard.err, HasSubstr("c1 begins put 1 at n1"));
  EXPECT_THAT(heard.err, HasSubstr("1 of 1 as expected"));
  EXPECT_EQ(heard.out, "");
}

TEST(ExploreCommand, says_when_the_limit_was_reached) {
  const Heard heard = hear({.scopes = {"quorum-regular"}, .limit = 100});
  EXPECT_EQ(heard.exit, Exit::unknown);
  EXPECT_THAT(heard.err, HasSubstr("the limit of 100 situations was reached (--limit)"));
}

TEST(ExploreCommand, prints_one_object_of_json) {
  const Heard heard = hear({.scopes = {"small-quorum-regular", "lww-two-writers"}, .json = true});
  const auto report = nlohmann::json::parse(heard.out);
  ASSERT_EQ(report["scopes"].size(), 2U);
  EXPECT_EQ(report["scopes"][0]["outcome"], "as-expected");
  EXPECT_EQ(report["scopes"][0]["properties"][0]["found"], "violated");
  EXPECT_EQ(report["scopes"][0]["properties"][0]["steps"].size(), 2U);
  EXPECT_EQ(report["scopes"][1]["properties"][1]["found"], "holds");
}

TEST(ExploreCommand, lists_all_scopes_and_refuses_unknown_ones) {
  const Heard list = hear({.list = true});
  for (const Scope& scope : scopes()) EXPECT_THAT(list.out, HasSubstr(scope.name));
  const Heard wrong = hear({.scopes = {"small-quorum-reglar"}});
  EXPECT_EQ(wrong.exit, Exit::usage);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'small-quorum-regular'?"));
}

// --- the checkers of histories, on every story that the explorer finds ---

checker::Event event_of(const Story& story, std::size_t operation, checker::EventType type) {
  const Told& told = story.operations[operation];
  checker::Event event;
  event.type = type;
  event.process = event.session = told.client;
  event.f = told.read ? checker::Function::read : checker::Function::write;
  event.key = "k";
  if (!told.read) event.value = told.value;
  if (type != checker::EventType::ok) return event;
  if (told.read && !told.values.empty()) event.value = told.values.front();
  if (told.clock != "null") event.clock = told.clock;
  return event;
}

/// A history in which everything precedes what it precedes in the story, and nothing else. Operations of
/// unknown outcome retire their process.
checker::History history_of(const Story& story) {
  checker::HistoryBuilder builder;
  std::uint64_t index = 0;
  const auto add = [&](std::size_t operation, checker::EventType type) {
    checker::Event event = event_of(story, operation, type);
    event.process += static_cast<std::int32_t>(100 * operation);
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(1000 * index++);
    const auto added = builder.add(event);
    EXPECT_TRUE(added) << added.error();
  };
  const auto end = [&](std::size_t operation) {
    const Status status = story.operations[operation].status;
    if (status == Status::ok) add(operation, checker::EventType::ok);
    if (status == Status::failed) add(operation, checker::EventType::fail);
    if (status == Status::unknown) add(operation, checker::EventType::info);
  };
  std::vector<std::size_t> begun(story.operations.size());
  std::iota(begun.begin(), begun.end(), 0);
  std::erase_if(begun, [&](std::size_t i) { return story.operations[i].status == Status::waiting; });
  std::stable_sort(begun.begin(), begun.end(), [&](std::size_t a, std::size_t b) {
    return std::popcount(story.operations[a].before) < std::popcount(story.operations[b].before);
  });
  std::uint32_t over = 0;
  const auto end_those = [&](std::uint32_t which) {
    for (const std::size_t i : begun) {
      if ((which >> i & 1) == 0 || (over >> i & 1) != 0) continue;
      over |= 1U << i;
      end(i);
    }
  };
  for (const std::size_t i : begun) {
    end_those(story.operations[i].before);
    add(i, checker::EventType::invoke);
  }
  end_those(~0U);
  return std::move(builder).finish();
}

TEST(Definitions, agree_with_the_checkers_on_every_story_of_the_lww_scopes) {
  std::size_t stories = 0, violated = 0;
  for (const std::string name :
       {"quorum-ordered-links", "small-quorum-regular", "small-quorum-own-writes", "abd-two-writers",
        "abd-skewed-clock", "given-up-put", "bug-first-reply-wins", "bug-notfound-fast"}) {
    auto world = SmallWorld::open(*find_scope(name));
    ASSERT_TRUE(world);
    ExploreOptions options{.on_story = {}, .stop_when_all_violated = false};
    options.on_story = [&](const Story& story) {
      const checker::History history = history_of(story);
      for (const P property : {P::regular, P::read_your_writes}) {
        const auto verdict = checker::find_property(to_string(property))->check(history, {.conflict = "lww"});
        const bool good = holds(property, story);
        EXPECT_EQ(verdict.result == checker::Result::violated, !good)
            << name << " " << to_string(property) << ": " << text_of(story);
        ++stories;
        violated += good ? 0 : 1;
      }
    };
    explore(*world, {}, options);
  }
  EXPECT_GT(stories, 1000U);
  EXPECT_GT(violated, 10U);
}

}  // namespace
}  // namespace fracas::harness::explore
