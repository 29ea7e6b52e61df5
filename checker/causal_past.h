// Which of a block of versions lie in the past of each version of a key: a bit each. The versions of a key
// are taken 512 at a time, so that memory is for one block only; how CausalSweep uses it is said there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fracas::checker {

/// Versions taken at a time.
inline constexpr std::size_t kBlock = 512;

/// Some of a block's versions.
struct Bits {
  std::array<std::uint64_t, kBlock / 64> words{};

  void set(std::size_t i) { words[i / 64] |= 1ULL << (i % 64); }
  bool operator==(const Bits&) const = default;
  bool has(std::size_t i) const { return (words[i / 64] >> (i % 64) & 1) != 0; }
  void clear(std::size_t i) { words[i / 64] &= ~(1ULL << (i % 64)); }
  bool any() const {
    std::uint64_t all = 0;
    for (const std::uint64_t word : words) all |= word;
    return all != 0;
  }
  Bits& operator|=(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
    return *this;
  }
  Bits& operator&=(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] &= other.words[i];
    return *this;
  }
  Bits& remove(const Bits& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] &= ~other.words[i];
    return *this;
  }
  bool within(const Bits& other) const {
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < words.size(); ++i) outside |= words[i] & ~other.words[i];
    return outside == 0;
  }
  template <typename Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (std::uint64_t rest = words[i]; rest != 0; rest &= rest - 1) {
        visit(i * 64 + static_cast<std::size_t>(__builtin_ctzll(rest)));
      }
    }
  }
};

class CausalPast {
 public:
  using SetId = std::uint32_t;
  static constexpr SetId kEmpty = 0;

  /// `parents` of version v: from first_parent[v] to first_parent[v + 1]. Both live elsewhere.
  CausalPast(std::span<const std::uint32_t> parents, std::span<const std::uint32_t> first_parent);

  /// From here on it is about the versions block, block + 1, ... block + kBlock - 1.
  void fill(std::size_t block);
  /// Those at or below a version. Equal ids are equal sets; the reverse need not be.
  SetId set_of(std::size_t version) const { return below_[version]; }
  const Bits& operator[](SetId set) const { return sets_[set]; }
  const Bits& of(std::size_t version) const { return sets_[below_[version]]; }

 private:
  std::size_t versions() const { return below_.size(); }
  std::span<const std::uint32_t> parents_of(std::size_t version) const {
    return parents_.subspan(first_parent_[version], first_parent_[version + 1] - first_parent_[version]);
  }
  Bits joined(std::size_t version, std::size_t block) const;
  SetId join_of(std::size_t version);
  SetId join(SetId a, SetId b);

  std::span<const std::uint32_t> parents_;
  std::span<const std::uint32_t> first_parent_;
  std::vector<std::uint32_t> oldest_parent_;  ///< of each version, among those before it; 0: none
  std::vector<Bits> sets_;                    ///< of the block's versions; 0: the empty one
  SetId largest_ = kEmpty;
  std::vector<SetId> below_;
};

}  // namespace fracas::checker
