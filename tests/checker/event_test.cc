// How an event is written, and that what was written reads back as the same.
#include "checker/event.h"

#include <gtest/gtest.h>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

std::string line_of(const Event& event) {
  std::string out;
  append_line(out, event);
  return out;
}

TEST(EventLine, LeavesOutWhatIsAbsent) {
  const Event event{.index = 0,
                    .time_ns = 1200345,
                    .process = 3,
                    .session = 3,
                    .f = Function::read,
                    .key = "k7",
                    .node = "n2"};
  EXPECT_EQ(
      line_of(event),
      R"({"index":0,"time":1200345,"type":"invoke","process":3,"f":"read","key":"k7","value":null,"node":"n2"})"
      "\n");
}

TEST(EventLine, WritesEveryFieldThatIsThere) {
  const Event event{.index = 9,
                    .time_ns = 5,
                    .type = EventType::info,
                    .process = 4,
                    .session = 3,
                    .f = Function::remove_key,
                    .key = "k",
                    .value = "null",
                    .saw = "[1]",
                    .siblings = R"(["a"])",
                    .node = "n1",
                    .final = true,
                    .error = "timeout: 1 s",
                    .context = R"({"n1#3":17})",
                    .clock = R"([1,"n1",2])"};
  EXPECT_EQ(
      line_of(event),
      R"({"index":9,"time":5,"type":"info","process":4,"session":3,"f":"delete","key":"k","value":null,)"
      R"("saw":[1],"siblings":["a"],"node":"n1","final":true,"error":"timeout: 1 s",)"
      R"("context":{"n1#3":17},"clock":[1,"n1",2]})"
      "\n");
}

TEST(EventLine, EscapesWhateverAStoreAnswered) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01 \xC3\xA9 \xFF\xED\xA0\x80");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001 \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(EventNames, ReadBackAsWhatTheyName) {
  for (int i = 0; i < 11; ++i) {
    const auto f = static_cast<Function>(i);
    EXPECT_EQ(function_from(to_string(f)), f);
  }
  EXPECT_EQ(function_from("put"), std::nullopt);
  EXPECT_EQ(event_type_from("info"), EventType::info);
  EXPECT_EQ(event_type_from("done"), std::nullopt);
}

TEST(JsonText, SplitsArraysAtTheirOwnCommas) {
  EXPECT_EQ(array_parts(R"(["a,b",[1,{"x":"]"}],null])"),
            (std::vector<std::string_view>{R"("a,b")", R"([1,{"x":"]"}])", "null"}));
  EXPECT_EQ(array_parts("7"), (std::vector<std::string_view>{"7"}));
  EXPECT_TRUE(array_parts("[]").empty());
}

TEST(JsonText, OpensNestedSetsAndSkipsNull) {
  std::vector<std::string_view> leaves;
  append_leaves(R"([["a","b"],null,["c"]])", leaves);
  EXPECT_EQ(leaves, (std::vector<std::string_view>{R"("a")", R"("b")", R"("c")"}));
}

}  // namespace
}  // namespace fracas::checker
