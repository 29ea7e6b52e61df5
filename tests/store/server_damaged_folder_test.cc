// A damaged folder is set aside whole and replaced by an empty one, and the node hears of it.
#include "store/server/damaged_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "server_folder.h"
#include "store/server/leveldb_storage.h"

namespace fracas::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct DamagedFolder : testing::Test {
  Folder parent;
  std::string folder = (parent.path() / "data").string();

  void fill() {
    auto storage = open_leveldb(folder);
    ASSERT_TRUE(storage);
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE((*storage)->apply({{"k" + std::to_string(i), std::string(50, 'x')}}, true));
  }
  void flip_a_byte_of_the_log() {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".log") continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(100);
      const int byte = file.get();
      file.seekp(100);
      file.put(static_cast<char>(byte ^ 1));
    }
  }
};

TEST_F(DamagedFolder, a_sound_one_is_opened_and_read) {
  fill();
  const auto opened = open_or_set_aside(folder);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->records.size(), 20U);
  EXPECT_EQ(opened->damage, "");
  EXPECT_FALSE(fs::exists(set_aside_folder(folder)));
}

TEST_F(DamagedFolder, a_damaged_one_is_set_aside_and_an_empty_one_takes_its_place) {
  fill();
  flip_a_byte_of_the_log();
  const auto opened = open_or_set_aside(folder);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->records.empty());
  EXPECT_THAT(opened->damage, HasSubstr(".log"));
  EXPECT_TRUE(opened->storage->apply({{"k", "new"}}, true));
  EXPECT_FALSE(fs::is_empty(set_aside_folder(folder)));
}

TEST_F(DamagedFolder, one_that_was_set_aside_is_remembered_until_something_is_written) {
  fill();
  flip_a_byte_of_the_log();
  ASSERT_TRUE(open_or_set_aside(folder));
  {
    const auto again = open_or_set_aside(folder);
    ASSERT_TRUE(again);
    EXPECT_NE(again->damage, "") << "the process died before it had written down that it lost state";
    ASSERT_TRUE(again->storage->apply({{"q", "lost"}}, true));
  }
  const auto later = open_or_set_aside(folder);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->damage, "");
}

TEST_F(DamagedFolder, a_second_one_takes_the_place_of_the_first) {
  for (int i = 0; i < 2; ++i) {
    fill();
    flip_a_byte_of_the_log();
    const auto opened = open_or_set_aside(folder);
    ASSERT_TRUE(opened);
    EXPECT_THAT(opened->damage, HasSubstr(".log"));
  }
}

TEST_F(DamagedFolder, what_another_folder_would_not_help_against_is_an_error) {
  fill();
  const auto held = open_or_set_aside(folder);
  ASSERT_TRUE(held);
  const auto second = open_or_set_aside(folder);
  ASSERT_FALSE(second) << "another process has it";
  EXPECT_FALSE(fs::exists(set_aside_folder(folder)));
}

}  // namespace
}  // namespace fracas::store
