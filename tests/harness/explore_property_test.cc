// The definitions that the explorer judges by: hand-made stories for each side, and the checkers of histories
// on every story that it finds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "checker/property.h"
#include "harness/explore/explorer.h"
#include "harness/explore/narration.h"
#include "harness/explore/property.h"

namespace fracas::harness::explore {
namespace {

using P = Property;

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
        const auto verdict =
            checker::find_property(to_string(property))->check(checker::Case(history, {.conflict = "lww"}));
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
