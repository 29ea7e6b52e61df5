// Where keys live: distinct homes for every key, around the end of the ring too, and quorums that overlap.
#include "store/ring_document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace fracas::store {
namespace {

constexpr int most_nodes = 16;

TEST(Ring, homes_are_distinct_nodes_for_every_partition_and_size) {
  for (int nodes = 1; nodes <= most_nodes; ++nodes) {
    const Ring ring(nodes);
    for (int n = 1; n <= nodes; ++n) {
      for (int partition = 0; partition < partitions; ++partition) {
        const auto homes = ring.homes(partition, n);
        const std::set<NodeIndex> distinct(homes.begin(), homes.end());
        ASSERT_EQ(distinct.size(), static_cast<std::size_t>(n)) << nodes << " nodes, partition " << partition;
        ASSERT_LT(*distinct.rbegin(), nodes);
      }
    }
  }
}

TEST(Ring, the_homes_of_the_last_partition_go_on_at_the_first) {
  const Ring ring(5);
  EXPECT_EQ(ring.homes(63, 3), (std::vector<NodeIndex>{3, 0, 1}));
  EXPECT_EQ(ring.homes(62, 4), (std::vector<NodeIndex>{2, 3, 0, 1}));
}

TEST(Ring, fewer_homes_are_the_first_of_more) {
  const Ring ring(7);
  for (int partition = 0; partition < partitions; ++partition) {
    const auto all = ring.homes(partition, 7);
    for (int n = 1; n < 7; ++n) {
      EXPECT_EQ(ring.homes(partition, n), std::vector<NodeIndex>(all.begin(), all.begin() + n));
    }
  }
}

TEST(Ring, partitions_are_dealt_evenly) {
  for (int nodes = 1; nodes <= most_nodes; ++nodes) {
    const Ring ring(nodes);
    std::map<NodeIndex, int> owned;
    for (int partition = 0; partition < partitions; ++partition) ++owned[ring.owner(partition)];
    const auto [least, most] = std::minmax_element(
        owned.begin(), owned.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    EXPECT_EQ(owned.size(), static_cast<std::size_t>(nodes));
    EXPECT_LE(most->second - least->second, 1);
  }
}

TEST(Ring, shared_partitions_are_those_that_both_are_homes_of) {
  const RingDocument document(6, {});
  const Ring ring = document.now();
  for (int partition = 0; partition < partitions; ++partition) {
    const auto shared = document.shared(1, 4, 3);
    const bool both = ring.is_home(1, partition, 3) && ring.is_home(4, partition, 3);
    EXPECT_EQ(std::count(shared.begin(), shared.end(), partition), both ? 1 : 0);
  }
}

TEST(Ring, keys_spread_over_all_partitions) {
  std::set<int> hit;
  for (int i = 0; i < 2000; ++i) hit.insert(partition_of(slot_of("key-" + std::to_string(i))));
  EXPECT_EQ(hit.size(), static_cast<std::size_t>(partitions));
}

TEST(Ring, placement_never_changes) {
  // Data on disks depends on it.
  EXPECT_EQ(slot_of("hello"), 0xcbd8);
  EXPECT_EQ(slot_of(""), 0);
}

TEST(Ring, a_read_quorum_meets_every_write_quorum_if_and_only_if_r_and_w_exceed_n) {
  for (int n = 1; n <= 7; ++n) {
    const unsigned subsets = 1U << n;
    for (int r = 1; r <= n; ++r) {
      for (int w = 1; w <= n; ++w) {
        bool always = true;
        for (unsigned reads = 0; reads < subsets; ++reads) {
          for (unsigned writes = 0; writes < subsets; ++writes) {
            if (std::popcount(reads) == r && std::popcount(writes) == w && (reads & writes) == 0)
              always = false;
          }
        }
        EXPECT_EQ(always, r + w > n) << "n = " << n << ", r = " << r << ", w = " << w;
      }
    }
  }
}

TEST(ClusterId, differs_when_names_their_order_n_or_conflict_differ) {
  const std::set<std::uint64_t> ids{
      cluster_id({"n1", "n2"}, 0, 2, "lww"),      cluster_id({"n2", "n1"}, 0, 2, "lww"),
      cluster_id({"n1n", "2"}, 0, 2, "lww"),      cluster_id({"n1", "n2"}, 0, 1, "lww"),
      cluster_id({"n1", "n2"}, 0, 2, "siblings"), cluster_id({"n1", "n2"}, 1, 2, "lww")};
  EXPECT_EQ(ids.size(), 6U);
}

}  // namespace
}  // namespace fracas::store
