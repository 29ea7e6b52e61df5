// Presets: each makes a sound configuration, and what is said later overrides it.
#include "store/presets.h"

#include <gtest/gtest.h>

namespace fracas::store {
namespace {

TEST(Presets, each_is_sound_and_says_what_it_is_like) {
  for (const Preset& preset : presets()) {
    Config config;
    ASSERT_TRUE(apply_preset(config, preset.name)) << preset.name;
    for (const auto& [knob, value] : preset.knobs) {
      Config alone;
      ASSERT_TRUE(set(alone, knob, value));
      EXPECT_EQ(get(config, knob), get(alone, knob)) << preset.name << ": " << knob;
    }
    EXPECT_TRUE(check(config)) << preset.name;
    EXPECT_FALSE(preset.sentence.empty());
    EXPECT_EQ(find_preset(preset.name), &preset);
  }
}

TEST(Presets, what_is_said_later_overrides) {
  Config config;
  ASSERT_TRUE(apply_preset(config, "linearizable"));
  ASSERT_TRUE(set(config, "repair", "none"));
  EXPECT_EQ(config.stamp, StampSource::query);
  EXPECT_EQ(config.repair, Repair::none);
}

TEST(Presets, of_systems_with_stand_ins_count_them) {
  for (const std::string_view name : {"dynamo", "riak"}) {
    Config config;
    ASSERT_TRUE(apply_preset(config, name));
    EXPECT_EQ(config.placement, Placement::sloppy) << name;
    EXPECT_EQ(config.hints, Hints::fallback) << name;
  }
  Config config;
  ASSERT_TRUE(apply_preset(config, "dynamo"));
  ASSERT_TRUE(apply_preset(config, "voldemort"));
  EXPECT_EQ(config.placement, Placement::strict);
}

TEST(Presets, are_refused_with_what_does_not_go_with_them) {
  Config config;
  ASSERT_TRUE(apply_preset(config, "riak"));
  ASSERT_TRUE(set(config, "repair", "abd"));
  ASSERT_FALSE(check(config));
  EXPECT_EQ(check(config).error().field, "repair");
}

TEST(Presets, leave_what_they_do_not_speak_of) {
  Config config;
  ASSERT_TRUE(set(config, "timeout", "250ms"));
  ASSERT_TRUE(apply_preset(config, "cache"));
  EXPECT_EQ(config.timeout_ns, 250'000'000);
  EXPECT_EQ(config.fsync, Fsync::never);
}

TEST(Presets, an_unknown_one_is_refused_with_those_that_there_are) {
  Config config;
  const auto done = apply_preset(config, "mongo");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().field, "preset");
  EXPECT_NE(done.error().message.find("cassandra"), std::string::npos);
}

}  // namespace
}  // namespace fracas::store
