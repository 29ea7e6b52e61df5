// What has been here before is known, within the limit.
#include "store/repetitions.h"

#include <gtest/gtest.h>

namespace fracas::store {
namespace {

TEST(Repetitions, are_told_from_new_messages_by_sender_and_operation) {
  Repetitions repetitions;
  EXPECT_TRUE(repetitions.first_time(1, 7));
  EXPECT_FALSE(repetitions.first_time(1, 7));
  EXPECT_TRUE(repetitions.first_time(2, 7));
  EXPECT_TRUE(repetitions.first_time(1, 8));
}

TEST(Repetitions, are_forgotten_once_so_many_others_have_come) {
  Repetitions repetitions;
  for (OperationId operation = 0; operation <= Repetitions::remembered; ++operation)
    EXPECT_TRUE(repetitions.first_time(1, operation));
  EXPECT_FALSE(repetitions.first_time(1, 1));
  EXPECT_TRUE(repetitions.first_time(1, 0));
}

}  // namespace
}  // namespace fracas::store
