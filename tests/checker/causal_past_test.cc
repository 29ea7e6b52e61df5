// Which versions lie in the past of which, against a closure computed version by version.
#include "checker/causal_past.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fracas::checker {
namespace {

/// Parents as sessions leave them: mostly recent, at times old, none, or (of a broken history) later.
class Versions {
 public:
  Versions(std::size_t count, unsigned seed) : random_(seed) {
    for (std::size_t v = 0; v < count; ++v) {
      const std::size_t parents = draw(20) == 0 ? 0 : 1 + draw(3);
      for (std::size_t i = 0; i < parents; ++i) parents_.push_back(parent_of(v, count));
      first_parent_.push_back(static_cast<std::uint32_t>(parents_.size()));
    }
  }

  const std::vector<std::uint32_t>& parents() const { return parents_; }
  const std::vector<std::uint32_t>& first_parent() const { return first_parent_; }

  std::vector<std::vector<bool>> closure() const {
    std::vector<std::vector<bool>> below;
    for (std::size_t v = 0; v + 1 < first_parent_.size(); ++v) {
      std::vector<bool> mine(first_parent_.size() - 1, false);
      mine[v] = true;
      for (std::size_t p = first_parent_[v]; p < first_parent_[v + 1]; ++p) {
        if (parents_[p] >= v) continue;
        for (std::size_t other = 0; other < v; ++other)
          if (below[parents_[p]][other]) mine[other] = true;
      }
      below.push_back(std::move(mine));
    }
    return below;
  }

 private:
  std::size_t draw(std::size_t limit) { return random_() % limit; }
  std::uint32_t parent_of(std::size_t v, std::size_t count) {
    const std::size_t kind = draw(200);
    if (kind == 0) return static_cast<std::uint32_t>(draw(count));
    if (kind < 4) return static_cast<std::uint32_t>(draw(v + 1));
    return static_cast<std::uint32_t>(v - std::min(v, 1 + draw(12)));
  }

  std::mt19937 random_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint32_t> first_parent_{0};
};

TEST(CausalPast, IsTheClosureOfParentsInEveryBlock) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const Versions versions(3 * kBlock + 100 * seed, seed);
    const auto below = versions.closure();
    CausalPast past(versions.parents(), versions.first_parent());
    for (std::size_t block = 0; block < below.size(); block += kBlock) {
      past.fill(block);
      for (std::size_t v = 0; v < below.size(); ++v) {
        for (std::size_t other = block; other < std::min(block + kBlock, below.size()); ++other)
          ASSERT_EQ(past.of(v).has(other - block), below[v][other]) << seed << " " << v << " " << other;
      }
    }
  }
}

TEST(CausalPast, VersionsLongAfterABlockShareASet) {
  std::vector<std::uint32_t> parents;
  std::vector<std::uint32_t> first_parent{0, 0};
  for (std::uint32_t v = 1; v < 3 * kBlock; ++v) {
    parents.push_back(v - 1);
    first_parent.push_back(v);
  }
  CausalPast past(parents, first_parent);
  past.fill(0);
  EXPECT_EQ(past.set_of(kBlock), past.set_of(3 * kBlock - 1));
  EXPECT_NE(past.set_of(kBlock - 2), past.set_of(kBlock - 1));
  past.fill(kBlock);
  EXPECT_EQ(past.set_of(kBlock - 1), CausalPast::kEmpty);
}

}  // namespace
}  // namespace fracas::checker
