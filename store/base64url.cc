#include "store/base64url.h"

#include <array>
#include <cstdint>
#include <utility>

namespace fracas::store {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Value of each character, 64 for those that are none of the alphabet.
constexpr std::array<std::uint8_t, 256> values_of_characters = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint32_t octet(char byte) { return static_cast<std::uint8_t>(byte); }
std::uint32_t value_of(char character) { return values_of_characters[octet(character)]; }

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
    const std::uint32_t group = octet(bytes[0]) << 16 | octet(bytes[1]) << 8 | octet(bytes[2]);
    for (int shift = 18; shift >= 0; shift -= 6) *out++ = alphabet[group >> shift & 0x3f];
  }
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char byte : bytes) {
    pending = pending << 8 | octet(byte);
    for (bits += 8; bits >= 6; bits -= 6) *out++ = alphabet[pending >> (bits - 6) & 0x3f];
  }
  if (bits > 0) *out++ = alphabet[pending << (6 - bits) & 0x3f];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size() * 3 / 4, '\0');
  char* out = bytes.data();
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const std::uint32_t a = value_of(text[0]), b = value_of(text[1]), c = value_of(text[2]),
                        d = value_of(text[3]);
    if (((a | b | c | d) & 64) != 0) return std::nullopt;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    for (int shift = 16; shift >= 0; shift -= 8) *out++ = static_cast<char>(group >> shift & 0xff);
  }
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char character : text) {
    const std::uint32_t value = value_of(character);
    if (value == 64) return std::nullopt;
    pending = pending << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      *out++ = static_cast<char>(pending >> bits & 0xff);
    }
  }
  const bool padded = bits >= 6 || (pending & ((1U << bits) - 1)) != 0;
  return padded ? std::nullopt : std::optional(std::move(bytes));
}

}  // namespace fracas::store
