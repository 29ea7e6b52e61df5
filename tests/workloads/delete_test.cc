#include "workloads/delete.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace fracas::workloads {
namespace {

using checker::Function;

TEST(DeleteWorkload, DeletesMostOfWhatItWritesAndWritesSomeOfItAgain) {
  const auto generator = delete_workload().generator(Parameters{}, 3);
  int writes = 0, deletes = 0, recreated = 0, cold = 0;
  std::string last_written, last_deleted;
  for (int i = 0; i < 10'000; ++i) {
    const Intent intent = generator->next();
    if (intent.f == Function::write) {
      ++writes;
      recreated += intent.key == last_deleted && !last_deleted.empty();
      cold += intent.key.starts_with("dc");
      last_written = intent.key;
      last_deleted.clear();
    } else if (intent.f == Function::remove_key) {
      ++deletes;
      EXPECT_EQ(intent.key, last_written);
      last_deleted = intent.key;
    } else {
      EXPECT_FALSE(intent.key.starts_with("dc")) << "cold keys are not read";
    }
  }
  EXPECT_GT(deletes, writes / 2);
  EXPECT_GT(recreated, deletes / 4);
  EXPECT_GT(cold, writes / 10);
}

}  // namespace
}  // namespace fracas::workloads
