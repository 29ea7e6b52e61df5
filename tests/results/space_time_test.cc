// The drawing of a witness: a lane a session, safe in a page, arrows only where something was read.
#include "results/space_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fracas::results {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

ordered_json operation(int session, const char* f, ordered_json value, double begin_s,
                       const char* outcome = "ok") {
  return {{"index", 0},           {"f", f},
          {"key", "k"},           {"value", std::move(value)},
          {"outcome", outcome},   {"session", session},
          {"invoked_s", begin_s}, {"completed_s", begin_s + 0.5}};
}

constexpr const char* kArrow = "<path";

TEST(SpaceTimeSvg, DrawsALaneForEachSessionAndWhoReadFromWhom) {
  const std::string svg =
      space_time_svg({operation(1, "write", "blue", 1), operation(2, "read", {"green", "blue"}, 2)});
  EXPECT_THAT(svg, HasSubstr("session 1</text>"));
  EXPECT_THAT(svg, HasSubstr("session 2</text>"));
  EXPECT_THAT(svg, HasSubstr(kArrow));
  EXPECT_THAT(space_time_svg({operation(1, "write", "blue", 1), operation(2, "read", "green", 2)}),
              Not(HasSubstr(kArrow)));
}

TEST(SpaceTimeSvg, NothingThatAStoreAnsweredBecomesMarkup) {
  EXPECT_THAT(space_time_svg(ordered_json::array({operation(1, "read", "<b>", 1)})), Not(HasSubstr("<b>")));
}

TEST(SpaceTimeSvg, SaysWhatFailedAndWhatNobodyKnows) {
  const std::string svg =
      space_time_svg({operation(1, "write", 1, 1, "fail"), operation(2, "write", 2, 1, "info")});
  EXPECT_THAT(svg, HasSubstr("reported as failed"));
  EXPECT_THAT(svg, HasSubstr("outcome unknown"));
}

TEST(SpaceTimeSvg, OfNothingIsNothing) { EXPECT_EQ(space_time_svg(ordered_json::array()), ""); }

}  // namespace
}  // namespace fracas::results
