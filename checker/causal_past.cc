#include "checker/causal_past.h"

#include <algorithm>

namespace fracas::checker {

CausalPast::CausalPast(std::span<const std::uint32_t> parents, std::span<const std::uint32_t> first_parent)
    : parents_(parents), first_parent_(first_parent), below_(first_parent.size() - 1) {
  oldest_parent_.reserve(versions());
  for (std::size_t v = 0; v < versions(); ++v) {
    auto oldest = static_cast<std::uint32_t>(v);
    for (const std::uint32_t parent : parents_of(v)) oldest = std::min(oldest, parent);
    oldest_parent_.push_back(oldest == v ? 0 : oldest);
  }
}

/// Versions before the block have none of it below them. Long after it all have the same below them, as a
/// rule: then it is enough to know that no parent is older than the first of those.
void CausalPast::fill(std::size_t block) {
  sets_.assign(1, Bits{});
  largest_ = kEmpty;
  std::fill(below_.begin(), below_.begin() + static_cast<std::ptrdiff_t>(block), kEmpty);
  const std::size_t end = std::min(block + kBlock, versions());
  for (std::size_t v = block; v < end; ++v) {
    sets_.push_back(joined(v, block));
    sets_.back().set(v - block);
    below_[v] = static_cast<SetId>(sets_.size() - 1);
  }
  SetId same = kEmpty;
  std::size_t same_since = versions();
  for (std::size_t v = end; v < versions(); ++v) {
    if (oldest_parent_[v] < same_since) {
      const SetId below = join_of(v);
      if (v == end || below != same) same_since = v;
      same = below;
    }
    below_[v] = same;
  }
}

Bits CausalPast::joined(std::size_t version, std::size_t block) const {
  Bits all;
  for (const std::uint32_t parent : parents_of(version)) {
    if (parent >= block && parent < version) all |= of(parent);
  }
  return all;
}

CausalPast::SetId CausalPast::join_of(std::size_t version) {
  SetId all = kEmpty;
  for (const std::uint32_t parent : parents_of(version)) {
    if (parent < version) all = join(all, below_[parent]);
  }
  return all;
}

/// The set that holds both; a new one only if neither holds the other.
CausalPast::SetId CausalPast::join(SetId a, SetId b) {
  if (a == b || b == kEmpty) return a;
  if (a == kEmpty) return b;
  if (sets_[b].within(sets_[a])) return a;
  if (sets_[a].within(sets_[b])) return b;
  const Bits both = Bits(sets_[a]) |= sets_[b];
  // Different ways to the same set, mostly to the largest: one id, or they would never be seen to be equal.
  if (both == sets_[largest_]) return largest_;
  if (both == sets_.back()) return static_cast<SetId>(sets_.size() - 1);
  sets_.push_back(both);
  const auto made = static_cast<SetId>(sets_.size() - 1);
  if (sets_[largest_].within(both)) largest_ = made;
  return made;
}

}  // namespace fracas::checker
