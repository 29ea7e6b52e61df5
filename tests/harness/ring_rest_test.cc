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

ClusterRing held_by(std::uint64_t epoch, const std::string& home) {
  ClusterRing made{.view = {.epoch = epoch, .members = {home}}, .homes = {{home}}};
  return made;
}

RingBook book() {
  return {held_by(1, "n1"), [](const auto&, const auto&, const auto&) {}};
}

TEST(RingBook, AsksForARingWhenItsNumberIsAnotherOneOrAfterAWhile) {
  RingBook rings = book();
  EXPECT_FALSE(rings.heard("n1", 0, 0)) << "of a system without";
  EXPECT_FALSE(rings.heard("n1", 1, 0));
  EXPECT_TRUE(rings.heard("n1", 4, 10));
  rings.saw("n1", held_by(4, "n4"), 11);
  EXPECT_FALSE(rings.heard("n1", 4, 20));
  EXPECT_TRUE(rings.heard("n2", 4, 20)) << "it may be another one";
  EXPECT_TRUE(rings.heard("n1", 4, 1'000'000'010));
}

TEST(RingBook, KeepsTheHomesOfTheHighestNumberThatNodesFollow) {
  RingBook rings = book();
  rings.saw("n1", held_by(4, "n4"), 40);
  rings.saw("n2", held_by(3, "n3"), 50);
  rings.saw("n2", held_by(4, "n4"), 60);
  EXPECT_EQ(rings.latest().homes, (std::vector<std::vector<std::string>>{{"n4"}}));
  ASSERT_EQ(rings.seen().size(), 3U);
  EXPECT_EQ(rings.seen()[1].epoch, 3U);
  EXPECT_EQ(rings.seen()[2].seen, 40) << "it was the same";
}

// Found by swarm seed 3262: the disk was full when the only member went on to the next ring.
TEST(RingBook, ForgetsARingThatNeverCameToADisk) {
  RingBook rings = book();
  rings.saw("n1", held_by(2, "n2"), 10);
  EXPECT_EQ(rings.latest().view.epoch, 2U);
  EXPECT_FALSE(rings.heard("n1", 1, 20));
  EXPECT_EQ(rings.latest().view.epoch, 1U);
  EXPECT_EQ(rings.seen().size(), 1U);
  EXPECT_TRUE(rings.heard("n1", 2, 30)) << "the number comes again, with another ring";
  rings.saw("n1", held_by(2, "n3"), 31);
  EXPECT_EQ(rings.latest().homes, (std::vector<std::vector<std::string>>{{"n3"}}));
  EXPECT_EQ(rings.seen().back().seen, 31);
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
