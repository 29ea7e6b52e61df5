// `fracas explore`: what it prints, lists and refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/commands/explore.h"
#include "harness/explore/scope.h"

namespace fracas::harness::explore {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace fracas::harness::explore
