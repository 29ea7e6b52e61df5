// Each seeded bug shows, and only when it is switched on.
#include <gtest/gtest.h>

#include "bug_story.h"

namespace fracas::store {
namespace {

std::vector<BugStory> all_stories() {
  std::vector<BugStory> all;
  for (const auto& group :
       {quorum_stories(), causality_stories(), repair_stories(), read_stories(), disk_stories(),
        stamp_stories(), sloppy_stories(), session_stories(), tombstone_stories(), ring_stories()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

class SeededBug : public testing::TestWithParam<BugStory> {};

TEST_P(SeededBug, shows_only_when_it_is_switched_on) {
  BugSet bugs;
  EXPECT_EQ(GetParam().told(bugs), GetParam().right);
  bugs.add(GetParam().bug);
  EXPECT_EQ(GetParam().told(bugs), GetParam().wrong);
}

std::string name_of(const testing::TestParamInfo<BugStory>& story) {
  const BugInfo& bug = bugs()[static_cast<std::size_t>(story.param.bug)];
  return std::string(bug.name) + "__" + std::string(story.param.says);
}

INSTANTIATE_TEST_SUITE_P(Stories, SeededBug, testing::ValuesIn(all_stories()), name_of);

TEST(SeededBugs, each_has_a_story) {
  const auto stories = all_stories();
  for (const BugInfo& info : bugs()) {
    const bool told = std::any_of(stories.begin(), stories.end(),
                                  [&](const BugStory& story) { return story.bug == info.bug; });
    EXPECT_TRUE(told) << info.name;
  }
}

}  // namespace
}  // namespace fracas::store
