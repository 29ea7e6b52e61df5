#include "harness/ring_rest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/ring_book.h"

namespace fracas::harness {
namespace {

using testing::HasSubstr;

nemesis::RingView ring(std::uint64_t epoch, std::vector<std::string> next = {}) {
  return {.epoch = epoch, .members = {"n1"}, .next = std::move(next)};
}

TEST(RingRest, IsReachedOnceAllNodesFollowOneRingThatStays) {
  RingRest rest({"n1", "n2"}, 10);
  rest.observe("n1", 3, 10);
  EXPECT_EQ(rest.what_is_open(ring(3)), "n2 did not report its ring");
  rest.observe("n2", 2, 11);
  EXPECT_EQ(rest.what_is_open(ring(3)), "n2 followed ring 2, while others were at 3");
  rest.observe("n2", 3, 12);
  EXPECT_TRUE(rest.reached(ring(3)));
  EXPECT_THAT(rest.what_is_open(ring(3, {"n1", "n2"})), HasSubstr("still changing (3) from n1 to n1,n2"));
}

TEST(RingRest, IsNotReachedWhileAChangeMayStillBeAgreedOn) {
  RingRest rest({"n1"}, 10);
  rest.observe("n1", 1, 9);
  EXPECT_FALSE(rest.reached(ring(1)));
  rest.observe("n1", 1, 10);
  EXPECT_TRUE(rest.reached(ring(1)));
}

TEST(RingBook, KeepsEachRingOnceByItsNumberAndTheHomesOfTheLatest) {
  const auto cluster_ring = [](std::uint64_t epoch, const std::string& home) {
    return ClusterRing{.view = ring(epoch), .homes = {{home}}};
  };
  RingBook book(cluster_ring(1, "n1"), [](const auto&, const auto&, const auto&) {});
  EXPECT_TRUE(book.knows(1));
  EXPECT_TRUE(book.knows(0)) << "of a system without";
  EXPECT_FALSE(book.knows(4));
  book.saw(cluster_ring(4, "n4"), 40);
  book.saw(cluster_ring(3, "n3"), 50);
  book.saw(cluster_ring(4, "other"), 60);
  EXPECT_EQ(book.latest().homes, (std::vector<std::vector<std::string>>{{"n4"}}));
  ASSERT_EQ(book.seen().size(), 3U);
  EXPECT_EQ(book.seen()[1].epoch, 3U);
  EXPECT_EQ(book.seen()[2].seen, 40);
}

TEST(RingBook, KeepsWhatWasAnswered) {
  std::vector<RingBook::Done> waiting;
  RingBook book({.view = ring(1), .homes = {}},
                [&](const auto&, const auto&, RingBook::Done done) { waiting.push_back(std::move(done)); });
  const auto first = book.ask("n1", {.node = "n6"});
  const auto second = book.ask("n2", {.node = "n6"});
  waiting[1]({.answered = true, .agreed = true});
  EXPECT_FALSE(book.answer(first).answered);
  EXPECT_TRUE(book.answer(second).agreed);
}

}  // namespace
}  // namespace fracas::harness
