// The knobs: every one can be set and read back as text, and a wrong one is named together with what would be
// right.
#include "store/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fracas::store {
namespace {

using testing::HasSubstr;

Config with(std::initializer_list<std::pair<std::string_view, std::string_view>> settings) {
  Config config;
  for (const auto& [name, value] : settings) EXPECT_TRUE(set(config, name, value)) << name;
  return config;
}

ConfigError refusal_of(std::string_view name, std::string_view value) {
  Config config;
  auto outcome = set(config, name, value);
  if (outcome) outcome = check(config);
  EXPECT_TRUE(outcome.has_error()) << name << " = " << value;
  return outcome.has_error() ? outcome.error() : ConfigError{};
}

TEST(Config, every_knob_reads_back_what_was_set) {
  Config standard;
  for (const Knob& knob : knobs()) {
    Config config;
    const std::string text = get(standard, knob.name);
    EXPECT_TRUE(set(config, knob.name, text)) << knob.name;
    EXPECT_EQ(get(config, knob.name), text) << knob.name;
    EXPECT_FALSE(knob.sentence.empty());
  }
  EXPECT_TRUE(check(standard));
}

TEST(Config, choices_are_set_by_name_and_read_back) {
  EXPECT_EQ(with({{"repair", "none"}}).repair, Repair::none);
  EXPECT_EQ(with({{"repair", "async"}}).repair, Repair::async);
  EXPECT_EQ(with({{"repair", "blocking"}}).repair, Repair::blocking);
  EXPECT_EQ(with({{"repair", "abd"}}).repair, Repair::abd);
  EXPECT_EQ(get(with({{"repair", "abd"}}), "repair"), "abd");
  EXPECT_EQ(with({{"conflict", "lww"}}).conflict, Conflict::lww);
  EXPECT_EQ(with({{"hints", "off"}}).hints, Hints::off);
  EXPECT_EQ(with({{"fsync", "never"}}).fsync, Fsync::never);
}

TEST(Config, stamps_other_than_wall_go_with_lww_only) {
  for (const char* source : {"client", "hlc", "query", "truetime"}) {
    EXPECT_EQ(refusal_of("stamp", source).field, "stamp");
    EXPECT_THAT(refusal_of("stamp", source).message, HasSubstr("conflict = lww"));
    Config config = with({{"conflict", "lww"}, {"stamp", source}});
    EXPECT_TRUE(check(config));
    EXPECT_EQ(get(config, "stamp"), source);
  }
}

TEST(Config, a_commit_wait_must_end_before_its_request_does) {
  Config config = with({{"conflict", "lww"}, {"stamp", "truetime"}, {"clock_error", "600ms"}});
  const auto refused = check(config);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().field, "clock_error");
  EXPECT_EQ(refusal_of("max_clock_offset", "0s").field, "max_clock_offset");
}

TEST(Config, quorums_by_name_are_resolved_against_n_in_whatever_order_they_were_set) {
  Config config = with({{"r", "quorum"}, {"w", "all"}, {"nodes", "7"}, {"n", "5"}});
  ASSERT_TRUE(check(config));
  EXPECT_EQ(config.r, 3);
  EXPECT_EQ(config.w, 5);
  EXPECT_EQ(with({{"r", "one"}}).r, 1);
}

TEST(Config, a_quorum_is_more_than_half) {
  EXPECT_EQ(resolve_level(level_quorum, 1), 1);
  EXPECT_EQ(resolve_level(level_quorum, 3), 2);
  EXPECT_EQ(resolve_level(level_quorum, 4), 3);
  EXPECT_EQ(resolve_level(level_quorum, 5), 3);
}

TEST(Config, refuses_impossible_quorums_naming_the_right_knob) {
  EXPECT_EQ(refusal_of("r", "4").field, "r");
  EXPECT_THAT(refusal_of("r", "4").message, HasSubstr("between 1 and n = 3"));
  EXPECT_EQ(refusal_of("w", "0").field, "w");
  EXPECT_EQ(refusal_of("n", "6").field, "n");
  EXPECT_EQ(refusal_of("n", "0").field, "n");
  EXPECT_EQ(refusal_of("nodes", "65").field, "nodes");
  EXPECT_EQ(refusal_of("spares", "3").field, "n") << "two members, three homes";
  EXPECT_EQ(refusal_of("spares", "5").field, "spares");
}

TEST(Config, refuses_unknown_values_and_says_which_there_are) {
  EXPECT_THAT(refusal_of("conflict", "crdt").message, HasSubstr("siblings | lww"));
  EXPECT_THAT(refusal_of("repair", "sync").message, HasSubstr("none | async | blocking | abd"));
  EXPECT_THAT(refusal_of("fsync", "sometimes").message, HasSubstr("always | interval | never"));
  EXPECT_THAT(refusal_of("coordinator", "leader").message, HasSubstr("node | client"));
  EXPECT_THAT(refusal_of("stamp", "lamport").message, HasSubstr("wall | client | hlc | query | truetime"));
  EXPECT_THAT(refusal_of("gc", "never").message, HasSubstr("keep | timeout | confirmed"));
  EXPECT_THAT(refusal_of("r", "two").message, HasSubstr("quorum"));
  EXPECT_THAT(refusal_of("bugs", "first_reply_wins,nonsense").message, HasSubstr("context_ignored"));
}

TEST(Config, clients_coordinate_with_what_clients_have) {
  Config clients = with({{"coordinator", "client"}, {"hints", "off"}});
  EXPECT_TRUE(check(clients));
  EXPECT_THAT(refusal_of("coordinator", "client").message, HasSubstr("hints = off"));
  for (const char* stamp : {"wall", "client", "hlc", "query", "truetime"}) {
    Config config =
        with({{"coordinator", "client"}, {"hints", "off"}, {"conflict", "lww"}, {"stamp", stamp}});
    const bool of_client = stamp == std::string_view("client") || stamp == std::string_view("query");
    const auto checked = check(config);
    EXPECT_EQ(checked.has_value(), of_client) << stamp;
    if (!checked) {
      EXPECT_THAT(checked.error().message, HasSubstr("set stamp = client or query"));
    }
  }
  Config sloppy = with({{"coordinator", "client"}, {"placement", "sloppy"}, {"hints", "fallback"}});
  EXPECT_EQ(check(sloppy).error().field, "coordinator");
  EXPECT_EQ(refusal_of("session_keys", "0").field, "session_keys");
}

TEST(Config, refuses_unknown_knobs_and_lists_them) {
  const ConfigError error = refusal_of("anti-entropy", "1s");
  EXPECT_EQ(error.field, "anti-entropy");
  EXPECT_THAT(error.message, HasSubstr("anti_entropy"));
}

TEST(Config, sloppy_placement_goes_with_hints_of_stand_ins_and_with_nothing_else) {
  Config config = with({{"placement", "sloppy"}, {"hints", "fallback"}});
  EXPECT_TRUE(check(config));
  EXPECT_EQ(get(config, "placement"), "sloppy");
  EXPECT_EQ(get(config, "hints"), "fallback");
  EXPECT_EQ(refusal_of("placement", "sloppy").field, "hints");
  EXPECT_THAT(refusal_of("placement", "sloppy").message, HasSubstr("set hints = fallback"));
  EXPECT_THAT(refusal_of("hints", "fallback").message, HasSubstr("placement = sloppy"));
  config.repair = Repair::abd;
  EXPECT_THAT(check(config).error().message, HasSubstr("repair = abd"));
  config.repair = Repair::blocking;
  config.conflict = Conflict::lww;
  config.stamp = StampSource::query;
  EXPECT_THAT(check(config).error().message, HasSubstr("stamp = query"));
  config.stamp = StampSource::hlc;
  EXPECT_TRUE(check(config));
  config.nodes = config.n;
  EXPECT_THAT(check(config).error().message, HasSubstr("over n = 3"));
}

TEST(Config, tombstones_go_only_where_nothing_that_they_cover_can_come_back_unnoticed) {
  Config config = with({{"gc", "confirmed"}, {"rejoin", "catchup"}});
  EXPECT_TRUE(check(config));
  const auto refused = [](std::string_view knob, std::string_view value, std::string_view gc) {
    Config wrong = with({{"gc", gc}, {"rejoin", "catchup"}, {"conflict", "lww"}, {knob, value}});
    const auto checked = check(wrong);
    return checked ? std::string() : checked.error().field + ": " + checked.error().message;
  };
  EXPECT_THAT(refused("fsync", "interval", "confirmed"),
              HasSubstr("gc: gc = confirmed does not go with fsync = interval"));
  EXPECT_THAT(refused("fsync", "never", "confirmed"), HasSubstr("set fsync = always"));
  EXPECT_THAT(refused("rejoin", "immediate", "confirmed"), HasSubstr("needs rejoin = catchup"));
  EXPECT_THAT(refused("stamp", "query", "confirmed"), HasSubstr("does not go with stamp = query"));
  EXPECT_THAT(refused("stamp", "query", "timeout"), HasSubstr("gc = timeout does not go with stamp = query"));
  for (const char* knob : {"fsync", "rejoin"})
    EXPECT_EQ(refused(knob, knob == std::string("fsync") ? "never" : "immediate", "timeout"), "") << knob;
  EXPECT_THAT(refused("coordinator", "client", "timeout"),
              HasSubstr("does not go with coordinator = client"));
  EXPECT_EQ(refusal_of("gc_after", "1ms").field, "gc_after");
  EXPECT_EQ(get(with({{"gc_after", "500ms"}}), "gc_after"), "500ms");
}

TEST(Config, hints_and_the_failure_detector_have_limits) {
  EXPECT_EQ(with({{"hint_window", "off"}}).hint_window_ns, 0);
  EXPECT_EQ(get(with({{"hint_window", "5s"}}), "hint_window"), "5s");
  EXPECT_EQ(get(Config{}, "hint_window"), "10800s");
  EXPECT_EQ(with({{"patience", "50ms"}}).patience_ns, 50'000'000);
  EXPECT_EQ(refusal_of("hint_window", "1ms").field, "hint_window");
  EXPECT_EQ(refusal_of("hint_quota", "0").field, "hint_quota");
  EXPECT_EQ(refusal_of("hint_quota_bytes", "0").field, "hint_quota_bytes");
  EXPECT_EQ(refusal_of("patience", "0ms").field, "patience");
  EXPECT_EQ(refusal_of("suspect_after", "0").field, "suspect_after");
}

TEST(Config, periods_have_units) {
  EXPECT_EQ(with({{"anti_entropy", "250ms"}}).anti_entropy_ns, 250'000'000);
  EXPECT_EQ(with({{"anti_entropy", "off"}}).anti_entropy_ns, 0);
  EXPECT_EQ(get(with({{"anti_entropy", "off"}}), "anti_entropy"), "off");
  EXPECT_EQ(refusal_of("anti_entropy", "1").field, "anti_entropy");
  EXPECT_EQ(refusal_of("anti_entropy", "1ms").field, "anti_entropy");
  EXPECT_EQ(refusal_of("timeout", "61s").field, "timeout");
  EXPECT_EQ(refusal_of("timeout", "0ms").field, "timeout");
}

TEST(Config, bugs_are_named) {
  const Config config = with({{"bugs", "notfound_fast,context_ignored"}});
  EXPECT_TRUE(config.bugs.has(Bug::notfound_fast));
  EXPECT_TRUE(config.bugs.has(Bug::context_ignored));
  EXPECT_FALSE(config.bugs.has(Bug::first_reply_wins));
  EXPECT_EQ(get(config, "bugs"), "notfound_fast,context_ignored");
  EXPECT_FALSE(with({{"bugs", ""}}).bugs.any());
}

TEST(Bugs, stand_in_the_table_at_their_own_place) {
  ASSERT_EQ(bugs().size(), static_cast<std::size_t>(Bug::count));
  for (std::size_t i = 0; i < bugs().size(); ++i) {
    EXPECT_EQ(bugs()[i].bug, static_cast<Bug>(i));
    EXPECT_EQ(find_bug(bugs()[i].name), static_cast<Bug>(i));
  }
  EXPECT_FALSE(find_bug("none"));
}

}  // namespace
}  // namespace fracas::store
