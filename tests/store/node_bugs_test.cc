// Each seeded bug shows, and only when it is switched on: every story is told with and without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_cluster.h"

namespace fracas::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Fate = TestCluster::Fate;

constexpr std::int64_t second = 1'000'000'000;

Config with(Bug bug, Config config = quiet_config()) {
  config.bugs.add(bug);
  return config;
}

Fate deliver_all(const TestCluster::Envelope&) { return Fate::deliver; }

auto cut_off(NodeIndex node) {
  return [node](const TestCluster::Envelope& envelope) {
    return envelope.to == node || envelope.from == node ? Fate::drop : Fate::deliver;
  };
}

/// What a read at a home answers that has missed the write of "2" over "1" (or of the first value at all).
std::vector<std::string> read_at_stale_home(const Config& config, bool knows_first) {
  TestCluster cluster(config);
  const auto homes = cluster.homes("k");
  std::string context;
  if (knows_first) context = cluster.put(homes[0], "k", "1").context;
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "2", context);
  cluster.pass(2 * second);
  cluster.fate = deliver_all;
  return cluster.get(homes[2], "k", 2).values;
}

TEST(FirstReplyWins, answers_a_stale_value_although_r_is_2) {
  EXPECT_THAT(read_at_stale_home(quiet_config(), true), ElementsAre("2"));
  EXPECT_THAT(read_at_stale_home(with(Bug::first_reply_wins), true), ElementsAre("1"));
}

TEST(NotfoundFast, answers_not_found_although_another_home_has_it) {
  EXPECT_THAT(read_at_stale_home(quiet_config(), false), ElementsAre("2"));
  EXPECT_THAT(read_at_stale_home(with(Bug::notfound_fast), false), IsEmpty());
  EXPECT_THAT(read_at_stale_home(with(Bug::notfound_fast), true), ElementsAre("2"))
      << "a value waits for r replies";
}

TEST(ContextIgnored, overwrites_a_sibling_that_the_writer_has_not_seen) {
  const auto story = [](const Config& config) {
    TestCluster cluster(config);
    const auto first = cluster.put(0, "k", "1");
    cluster.put(1, "k", "2", first.context);
    cluster.put(2, "k", "3", first.context);
    return cluster.get(0, "k", 3).values;
  };
  EXPECT_THAT(story(quiet_config()), UnorderedElementsAre("2", "3"));
  EXPECT_THAT(story(with(Bug::context_ignored)), ElementsAre("3"));
}

TEST(TimeoutAsFail, calls_a_write_failed_whose_value_is_seen_later) {
  const auto story = [](const Config& config, bool forwarded) {
    TestCluster cluster(config);
    const auto homes = cluster.homes("k");
    cluster.fate = [](const auto& envelope) {
      const bool lost = std::holds_alternative<WriteReply>(envelope.message) ||
                        std::holds_alternative<ForwardReply>(envelope.message);
      return lost ? Fate::drop : Fate::deliver;
    };
    const auto reply = cluster.put(forwarded ? cluster.stranger("k") : homes[0], "k", "1");
    EXPECT_THAT(cluster.get(homes[1], "k").values, ElementsAre("1"));
    return reply.error->kind;
  };
  for (const bool forwarded : {false, true}) {
    Config config = quiet_config();
    config.nodes = 5;
    EXPECT_EQ(story(config, forwarded), ErrorKind::unknown_outcome);
    EXPECT_EQ(story(with(Bug::timeout_as_fail, config), forwarded), ErrorKind::unavailable);
  }
}

TEST(ExchangeOlderWins, copies_a_stale_version_over_an_acknowledged_one) {
  const auto story = [](const Conflict conflict, bool bug) {
    Config config = quiet_config();
    config.conflict = conflict;
    config.anti_entropy_ns = second;
    if (bug) config.bugs.add(Bug::exchange_older_wins);
    TestCluster cluster(config);
    const auto homes = cluster.homes("k");
    const auto first = cluster.put(homes[0], "k", "1");
    cluster.fate = cut_off(homes[2]);
    EXPECT_FALSE(cluster.put(homes[0], "k", "2", first.context).error) << "acknowledged by two homes";
    cluster.pass(2 * second);
    // Only the stale node gets to initiate.
    cluster.fate = [&](const auto& envelope) {
      const bool roots = std::holds_alternative<ExchangeRoots>(envelope.message);
      return roots && envelope.from != homes[2] ? Fate::drop : Fate::deliver;
    };
    cluster.pass(4 * second);
    return cluster.state(homes[0], "k");
  };
  for (const Conflict conflict : {Conflict::siblings, Conflict::lww}) {
    EXPECT_THAT(story(conflict, false), HasSubstr("[2]"));
    EXPECT_THAT(story(conflict, true), HasSubstr("[1]"));
  }
}

}  // namespace
}  // namespace fracas::store
