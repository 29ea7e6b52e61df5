// How owners of partitions change: few move, nobody gets more than its share, every key keeps n distinct
// homes.
#include "store/ring_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "store/ring_document.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

int moved(const Ring& before, const Ring& after) {
  int count = 0;
  for (int partition = 0; partition < partitions; ++partition)
    count += before.owner(partition) != after.owner(partition) ? 1 : 0;
  return count;
}

/// Of the greatest share over the least.
int unevenness(const Ring& ring) {
  std::map<NodeIndex, int> owned;
  for (const NodeIndex owner : ring.owners()) ++owned[owner];
  const auto [least, most] = std::minmax_element(
      owned.begin(), owned.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
  return most->second - least->second;
}

void expect_distinct_homes(const Ring& ring) {
  for (int partition = 0; partition < partitions; ++partition) {
    const auto homes = ring.homes(partition, ring.nodes());
    ASSERT_EQ(std::set(homes.begin(), homes.end()).size(), static_cast<std::size_t>(ring.nodes()));
  }
}

TEST(RingChange, a_node_that_joins_takes_its_share_and_nothing_else_moves) {
  for (int nodes = 1; nodes < 20; ++nodes) {
    const Ring before(nodes);
    const Ring after(joined(before, static_cast<NodeIndex>(nodes)));
    EXPECT_EQ(after.nodes(), nodes + 1);
    EXPECT_EQ(moved(before, after), partitions / (nodes + 1));
    EXPECT_LE(unevenness(after), 1) << nodes;
    expect_distinct_homes(after);
  }
}

TEST(RingChange, what_a_node_leaves_goes_to_those_with_least) {
  for (int nodes = 2; nodes < 20; ++nodes) {
    for (NodeIndex node = 0; node < nodes; ++node) {
      const Ring before(nodes);
      const Ring after(left(before, node));
      EXPECT_FALSE(after.has(node));
      EXPECT_EQ(moved(before, after), std::count(before.owners().begin(), before.owners().end(), node));
      EXPECT_LE(unevenness(after), 1);
      expect_distinct_homes(after);
    }
  }
}

TEST(RingChange, who_replaces_a_node_takes_exactly_its_places) {
  const Ring before(5);
  const Ring after(replaced(before, 2, 6));
  for (int partition = 0; partition < partitions; ++partition)
    EXPECT_EQ(after.owner(partition), before.owner(partition) == 2 ? 6 : before.owner(partition));
}

TEST(RingChange, a_ring_that_grows_and_shrinks_node_by_node_stays_even) {
  Ring ring(3);
  for (NodeIndex node = 3; node < 16; ++node) {
    ring = Ring(joined(ring, node));
    EXPECT_LE(unevenness(ring), 1) << ring.nodes();
  }
  for (NodeIndex node = 0; node < 13; ++node) {
    ring = Ring(left(ring, node));
    EXPECT_LE(unevenness(ring), 1) << ring.nodes();
    expect_distinct_homes(ring);
  }
}

TEST(Homes, of_a_key_whose_homes_change_are_counted_in_both_sets) {
  const Homes homes({1, 2, 3}, {2, 3, 4});
  EXPECT_EQ(homes.all(), (std::vector<NodeIndex>{1, 2, 3, 4}));
  EXPECT_EQ(homes.n(), 3U);
  EXPECT_EQ(homes.least_of(std::set<NodeIndex>{1, 2}), 1U);
  EXPECT_EQ(homes.least_of(std::set<NodeIndex>{2, 3}), 2U);
  EXPECT_EQ(homes.least_of(std::set<NodeIndex>{1, 4}), 1U);
  EXPECT_EQ(homes.least([](NodeIndex) { return true; }), 3U);
}

TEST(Homes, that_stay_are_counted_once) {
  const Homes homes({1, 2, 3}, {1, 2, 3});
  EXPECT_EQ(homes.size(), 3U);
  EXPECT_EQ(homes.least_of(std::set<NodeIndex>{1, 2}), 2U);
}

class ADocument : public testing::Test {
 protected:
  RingDocument change(const RingDocument& ring, RingChange::Kind kind, NodeIndex node, NodeIndex with = 0) {
    auto changed = ring.changed({kind, node, with}, 3, names);
    EXPECT_TRUE(changed) << changed.error();
    return *std::move(changed);
  }
  std::string refusal(const RingDocument& ring, RingChange::Kind kind, NodeIndex node, NodeIndex with = 0) {
    const auto changed = ring.changed({kind, node, with}, 3, names);
    EXPECT_FALSE(changed);
    return changed ? "" : changed.error();
  }

  std::vector<std::string> names{"n1", "n2", "n3", "n4", "n5", "n6"};
  RingDocument first{5, {}};
};

TEST_F(ADocument, names_both_rings_until_the_change_is_finished) {
  EXPECT_EQ(first.now().nodes(), 5);
  const RingDocument moving = change(first, RingChange::Kind::join, 5);
  EXPECT_EQ(moving.epoch(), 2U);
  EXPECT_FALSE(moving.now().has(5));
  EXPECT_TRUE(moving.next()->has(5));
  EXPECT_NE(moving.gained(5, 3), 0U);
  const RingDocument done = moving.finished();
  EXPECT_EQ(done.epoch(), 3U);
  EXPECT_EQ(done.now(), *moving.next());
  EXPECT_FALSE(done.next());
  EXPECT_EQ(done.gained(5, 3), 0U);
}

TEST_F(ADocument, can_be_given_up_on_the_way) {
  const RingDocument moving = change(first, RingChange::Kind::join, 5);
  const RingDocument back = change(moving, RingChange::Kind::cancel, 0);
  EXPECT_EQ(back.epoch(), 3U);
  EXPECT_EQ(back.now(), first.now());
  EXPECT_FALSE(back.next());
}

TEST_F(ADocument, refuses_what_makes_no_sense_and_says_why) {
  const RingDocument moving = change(first, RingChange::Kind::replace, 0, 5);
  EXPECT_THAT(refusal(first, RingChange::Kind::join, 0), HasSubstr("n1 is a member already"));
  EXPECT_THAT(refusal(first, RingChange::Kind::leave, 5), HasSubstr("n6 is no member"));
  EXPECT_THAT(refusal(first, RingChange::Kind::replace, 0, 1), HasSubstr("n2 is a member already"));
  EXPECT_THAT(refusal(first, RingChange::Kind::cancel, 0), HasSubstr("no change"));
  EXPECT_THAT(refusal(moving, RingChange::Kind::leave, 1), HasSubstr("is under way"));
  EXPECT_THAT(refusal(RingDocument(3, {}), RingChange::Kind::leave, 1), HasSubstr("fewer members than n"));
}

TEST_F(ADocument, is_read_as_it_was_written_and_nothing_else_is) {
  const Config config;
  Config wide;
  wide.n = 6;
  for (const RingDocument& document : {first, change(first, RingChange::Kind::join, 5)}) {
    std::string bytes;
    document.encode(bytes);
    const auto read = RingDocument::decode(bytes, names.size(), config);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, document);
    EXPECT_FALSE(RingDocument::decode(bytes, 4, config)) << "of nodes that there are not";
    EXPECT_FALSE(RingDocument::decode(bytes, names.size(), wide)) << "of fewer members than n";
    EXPECT_FALSE(RingDocument::decode(bytes.substr(1), names.size(), config));
    EXPECT_FALSE(RingDocument::decode(bytes + '\0', names.size(), config));
  }
}

}  // namespace
}  // namespace fracas::store
