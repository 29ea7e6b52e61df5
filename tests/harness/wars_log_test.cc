// What a simulation tells of its messages: each way of a quorum operation, and nothing of repairs and of what
// was lost.
#include "harness/sim/wars_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fracas::harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kMs = 1'000'000;
constexpr store::NodeIndex kCoordinator = 0;

store::WriteRequest write(store::OperationId operation) {
  store::WriteRequest request;
  request.operation = operation;
  return request;
}
store::WriteReply acknowledgement(store::OperationId operation) {
  store::WriteReply reply;
  reply.operation = operation;
  return reply;
}
store::ReadRequest read(store::OperationId operation) {
  store::ReadRequest request;
  request.operation = operation;
  return request;
}
store::ReadReply answer(store::OperationId operation) {
  store::ReadReply reply;
  reply.operation = operation;
  return reply;
}

TEST(WarsLogTest, KnowsEachWayOfAWriteToEachReplica) {
  WarsLog log;
  log.sent(0, 1, write(7));
  log.sent(0, 2, write(7));
  log.arrived(5 * kMs, kCoordinator, 2, write(7));
  log.arrived(6 * kMs, kCoordinator, 1, write(7));
  log.arrived(8 * kMs, 1, kCoordinator, acknowledgement(7));
  log.arrived(12 * kMs, 2, kCoordinator, acknowledgement(7));
  EXPECT_THAT(log.writes_ms(), ElementsAre(5, 6));
  EXPECT_THAT(log.acknowledgements_ms(), ElementsAre(2, 7));
}

TEST(WarsLogTest, KnowsEachWayOfARead) {
  WarsLog log;
  log.sent(kMs, 1, read(8));
  log.arrived(4 * kMs, kCoordinator, 1, read(8));
  log.arrived(5 * kMs, 1, kCoordinator, answer(8));
  EXPECT_THAT(log.reads_ms(), ElementsAre(3));
  EXPECT_THAT(log.answers_ms(), ElementsAre(1));
}

TEST(WarsLogTest, CountsWhatComesTwiceOnce) {
  WarsLog log;
  log.sent(0, 1, read(8));
  for (int copy = 0; copy < 2; ++copy) log.arrived(3 * kMs, kCoordinator, 1, read(8));
  for (int copy = 0; copy < 2; ++copy) log.arrived(4 * kMs, 1, kCoordinator, answer(8));
  EXPECT_THAT(log.reads_ms(), ElementsAre(3));
  EXPECT_THAT(log.answers_ms(), ElementsAre(1));
}

TEST(WarsLogTest, LeavesOutRepairsAndWhatIsLost) {
  WarsLog log;
  log.sent(0, 1, write(0));
  log.arrived(kMs, kCoordinator, 1, write(0));
  log.sent(0, 2, write(9));
  log.arrived(kMs, 2, kCoordinator, acknowledgement(9));
  EXPECT_THAT(log.writes_ms(), IsEmpty());
  EXPECT_THAT(log.acknowledgements_ms(), IsEmpty());
}

}  // namespace
}  // namespace fracas::harness
