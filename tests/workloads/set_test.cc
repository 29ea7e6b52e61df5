#include "workloads/set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "workloads/json_array.h"

namespace fracas::workloads {
namespace {

using checker::Function;

TEST(SetAnswer, IsTheSortedUnionOfTheSiblings) {
  EXPECT_EQ(set_answer({}), "[]");
  EXPECT_EQ(set_answer({"[\"2-1\",\"1-1\"]"}), "[\"1-1\",\"2-1\"]");
  EXPECT_EQ(set_answer({"[\"1-1\",\"2-1\"]", "[\"1-1\",\"3-1\"]"}), "[\"1-1\",\"2-1\",\"3-1\"]");
}

TEST(SetAnswer, KeepsAValueThatIsNoSetSoThatItCanBeAccused) { EXPECT_EQ(set_answer({"7"}), "[7]"); }

TEST(SetModify, AddsTheElementToAllThatWasSeen) {
  const Intent add{Function::add, "s0.0", "\"9-1\""};
  EXPECT_EQ(set_modify(add, {}), "[\"9-1\"]");
  EXPECT_EQ(set_modify(add, {"[\"1-1\"]", "[\"2-1\"]"}), "[\"1-1\",\"2-1\",\"9-1\"]");
}

TEST(SetWorkload, KeepsSetsSmallInLongRuns) {
  Parameters parameters;
  std::map<std::string, int> elements;
  for (int client = 0; client < parameters.clients; ++client) {
    const auto generator = set_workload().generator(parameters, client);
    for (int i = 0; i < 20'000; ++i) {
      const Intent intent = generator->next();
      elements[intent.key] += intent.f == Function::add;
    }
  }
  int largest = 0, total = 0;
  for (const auto& [key, count] : elements) {
    largest = std::max(largest, count);
    total += count;
  }
  EXPECT_LT(largest, 300);
  EXPECT_GT(total, 80'000);
}

TEST(JsonArray, SplitsNestedValuesAndStringsWithBrackets) {
  const auto parts = split_json_array(R"(["a]\"",{"b":[1,2]},null,-3,[]])");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(*parts, (std::vector<std::string>{R"("a]\"")", R"({"b":[1,2]})", "null", "-3", "[]"}));
  EXPECT_EQ(join_json_array(*parts), R"(["a]\"",{"b":[1,2]},null,-3,[]])");
}

TEST(JsonArray, RefusesWhatIsNoArray) {
  for (const char* text : {"", "7", "[", "[1", "[1,]", "[\"a]", "[1 2]"}) {
    EXPECT_FALSE(split_json_array(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace fracas::workloads
