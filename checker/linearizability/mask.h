// A set of places among the operations that are under way: one word where 64 are enough, else several.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fracas::checker::linearizability {

template <std::size_t kWords>
struct Mask {
  static constexpr unsigned kSize = kWords * 64;
  std::array<std::uint64_t, kWords> words{};

  bool operator==(const Mask&) const = default;
  bool has(unsigned i) const { return (words[i / 64] >> (i % 64) & 1U) != 0; }
  void set(unsigned i) { words[i / 64] |= 1ULL << (i % 64); }
  void clear(unsigned i) { words[i / 64] &= ~(1ULL << (i % 64)); }
  bool none() const {
    std::uint64_t any = 0;
    for (const std::uint64_t word : words) any |= word;
    return any == 0;
  }
  Mask operator|(const Mask& other) const {
    Mask result = *this;
    for (std::size_t w = 0; w < kWords; ++w) result.words[w] |= other.words[w];
    return result;
  }
  Mask operator&(const Mask& other) const {
    Mask result = *this;
    for (std::size_t w = 0; w < kWords; ++w) result.words[w] &= other.words[w];
    return result;
  }
  Mask operator^(const Mask& other) const {
    Mask result = *this;
    for (std::size_t w = 0; w < kWords; ++w) result.words[w] ^= other.words[w];
    return result;
  }
  /// What is in this one only.
  Mask without(const Mask& other) const {
    Mask result = *this;
    for (std::size_t w = 0; w < kWords; ++w) result.words[w] &= ~other.words[w];
    return result;
  }
  /// kSize if all are in it.
  unsigned first_free() const {
    for (std::size_t w = 0; w < kWords; ++w) {
      if (~words[w] != 0) return static_cast<unsigned>(w * 64) + std::countr_one(words[w]);
    }
    return kSize;
  }
  template <typename Visit>
  void each(Visit&& visit) const {
    for (std::size_t w = 0; w < kWords; ++w) {
      for (std::uint64_t rest = words[w]; rest != 0; rest &= rest - 1) {
        visit(static_cast<unsigned>(w * 64) + std::countr_zero(rest));
      }
    }
  }
};

}  // namespace fracas::checker::linearizability
