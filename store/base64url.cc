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

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char byte : bytes) {
    pending = pending << 8 | static_cast<std::uint8_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) *out++ = alphabet[pending >> (bits - 6) & 0x3f];
  }
  if (bits > 0) *out++ = alphabet[pending << (6 - bits) & 0x3f];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size() * 3 / 4, '\0');
  char* out = bytes.data();
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char character : text) {
    const std::uint8_t value = values_of_characters[static_cast<std::uint8_t>(character)];
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
