// Faults as data: durations as text, JSON both ways, messages for what is wrong.
#include "nemesis/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace fracas::nemesis {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(Duration, IsReadWithItsUnit) {
  EXPECT_EQ(*parse_duration("250ms"), 250'000'000);
  EXPECT_EQ(*parse_duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(*parse_duration("-1m"), -60'000'000'000);
  EXPECT_EQ(*parse_duration("+10us"), 10'000);
  EXPECT_EQ(*parse_duration("7ns"), 7);
  EXPECT_EQ(*parse_duration("2h"), 7'200'000'000'000);
  EXPECT_EQ(*parse_duration("0s"), 0);
  EXPECT_EQ(*parse_duration("0.000000001s"), 1);
}

TEST(Duration, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(parse_duration("5").error(), HasSubstr("the unit is missing"));
  EXPECT_THAT(parse_duration("5 s").error(), HasSubstr("the unit is unknown"));
  EXPECT_THAT(parse_duration("5sec").error(), HasSubstr("the unit is unknown"));
  EXPECT_THAT(parse_duration("").error(), HasSubstr("does not begin with a number"));
  EXPECT_THAT(parse_duration("-s").error(), HasSubstr("does not begin with a number"));
  EXPECT_THAT(parse_duration("1.s").error(), HasSubstr("digits are missing"));
  EXPECT_THAT(parse_duration("0.5ns").error(), HasSubstr("finer than a nanosecond"));
  EXPECT_THAT(parse_duration("99999999999999999999h").error(), HasSubstr("longer than 3650 days"));
  EXPECT_THAT(parse_duration("9223372036854775807ns").error(), HasSubstr("longer than 3650 days"));
}

TEST(Duration, IsWrittenAsAPersonWould) {
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(1'500'000'000), "1.5s");
  EXPECT_EQ(format_duration(-60'000'000'000), "-1m");
  EXPECT_EQ(format_duration(90'000'000'000), "90s");
  EXPECT_EQ(format_duration(7'200'000'000'000), "2h");
  EXPECT_EQ(format_duration(250'000'000), "250ms");
  EXPECT_EQ(format_duration(1'050'000), "1.05ms");
  EXPECT_EQ(format_duration(12), "12ns");
}

RC_GTEST_PROP(Duration, WrittenAndReadIsTheSame, ()) {
  const int shift = *rc::gen::inRange(0, 58);
  const std::int64_t duration = *rc::gen::inRange<std::int64_t>(-(1LL << shift), (1LL << shift) + 1);
  RC_ASSERT(*parse_duration(format_duration(duration)) == duration);
}

RC_GTEST_PROP(Duration, ReadingIsTotal, (const std::string& text)) {
  const auto parsed = parse_duration(text);
  RC_ASSERT(parsed.has_value() || !parsed.error().empty());
}

Parameter any_parameter() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return *rc::gen::arbitrary<bool>();
    case 1:
      return *rc::gen::arbitrary<std::int64_t>();
    case 2:
      return *rc::gen::inRange(-1'000'000, 1'000'000) / 1024.0;
    case 3:
      return *rc::gen::string<std::string>();
    default:
      return *rc::gen::arbitrary<std::vector<std::string>>();
  }
}

bool is_utf8(const std::string& text) {
  try {
    return !json(text).dump().empty();
  } catch (const json::exception&) {
    return false;
  }
}

RC_GTEST_PROP(FaultJson, ThereAndBackIsTheSame, ()) {
  Fault fault;
  fault.id = *rc::gen::arbitrary<std::uint32_t>();
  fault.kind = "class.name";
  fault.nodes = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"n1", "n2", "n3"}));
  fault.start = *rc::gen::inRange<std::int64_t>(0, 1LL << 50);
  fault.duration = *rc::gen::inRange<std::int64_t>(0, 1LL << 50);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
    fault.parameters["p" + std::to_string(i)] = any_parameter();
  for (const auto& [name, value] : fault.parameters) {
    if (const auto* text = std::get_if<std::string>(&value)) RC_PRE(is_utf8(*text));
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& text : *texts) RC_PRE(is_utf8(text));
    }
  }
  const auto read = fault_from_json(json::parse(to_json(fault).dump()));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->id == fault.id);
  RC_ASSERT(read->kind == fault.kind);
  RC_ASSERT(read->nodes == fault.nodes);
  RC_ASSERT(read->parameters == fault.parameters);
  RC_ASSERT(read->start == fault.start);
  RC_ASSERT(read->duration == fault.duration);
}

TEST(FaultJson, HasTheFieldsOfAPlan) {
  Fault fault{.id = 3, .kind = "clock.jump", .nodes = {"n2"}, .parameters = {}, .start = 5, .duration = 6};
  fault.parameters["by"] = std::string("-2s");
  EXPECT_EQ(to_json(fault), json::parse(R"({"id": 3, "kind": "clock.jump", "nodes": ["n2"],
                                            "parameters": {"by": "-2s"}, "start_ns": 5, "duration_ns": 6})"));
}

TEST(FaultJson, NamesTheFieldThatIsWrong) {
  const json good = json::parse(
      R"({"id": 0, "kind": "k.k", "nodes": ["n1"], "parameters": {}, "start_ns": 0, "duration_ns": 1})");
  ASSERT_TRUE(fault_from_json(good));
  const std::pair<const char*, json> changes[] = {{"id", -1},
                                                  {"id", "x"},
                                                  {"start_ns", -5},
                                                  {"duration_ns", 1.5},
                                                  {"kind", 7},
                                                  {"nodes", "n1"},
                                                  {"nodes", {1}},
                                                  {"parameters", json::array()},
                                                  {"duration_ns", 18446744073709551615ULL}};
  for (const auto& [field, value] : changes) {
    json bad = good;
    bad[field] = value;
    const auto read = fault_from_json(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().field, field);
    EXPECT_THAT(read.error().message, HasSubstr(field));
  }
  json odd = good;
  odd["parameters"]["by"] = json::object();
  ASSERT_FALSE(fault_from_json(odd));
  EXPECT_EQ(fault_from_json(odd).error().field, "by");
  EXPECT_FALSE(fault_from_json(json("text")));
}

}  // namespace
}  // namespace fracas::nemesis
