// Who issues dots and stamps: one actor per incarnation of a process, never read from disk, so that no dot
// can be issued twice after state was lost (riak_kv#679).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace fracas::store {

using NodeIndex = std::uint16_t;  ///< position in the cluster's list of names

/// From here on indexes are those of clients, which stamp what they coordinate themselves.
inline constexpr NodeIndex first_client = 0x8000;

/// 16 bytes: the node's index (2, big endian), then 14 random ones. Ordered bytewise, hence by node first.
struct Actor {
  std::array<std::uint8_t, 16> bytes{};

  /// Puts the index of its node into the first two of 16 random bytes.
  static Actor of(NodeIndex node, const std::array<std::uint8_t, 16>& random);
  NodeIndex node() const { return static_cast<NodeIndex>(bytes[0] << 8 | bytes[1]); }

  bool operator==(const Actor& other) const { return half(0) == other.half(0) && half(8) == other.half(8); }
  std::strong_ordering operator<=>(const Actor& other) const {
    const auto first = half(0) <=> other.half(0);
    return first != 0 ? first : half(8) <=> other.half(8);
  }

 private:
  /// Eight bytes, the first of them the most significant. (Every merge of siblings compares actors.)
  std::uint64_t half(std::size_t begin) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + begin, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
  }
};

/// "n1#1f3a5c77b2d0": the name of its node and the first 12 hexadecimal digits of its random part.
std::string to_string(const Actor&, std::span<const std::string> names);
void append(std::string&, const Actor&, std::span<const std::string> names);

}  // namespace fracas::store
