// The one hash of the store: MurmurHash3 x64 128 (Appleby, public domain). Placement and Merkle trees depend
// on it, so it is written out here and never changes with a library.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace fracas::store {

struct Hash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Hash&) const = default;
  Hash& operator^=(const Hash& other) {
    high ^= other.high;
    low ^= other.low;
    return *this;
  }
};

Hash hash128(std::string_view bytes);

}  // namespace fracas::store
