#include "store/context_token.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "store/bytes.h"
#include "store/hash.h"

namespace fracas::store {
namespace {

constexpr std::uint8_t token_version = 1;
constexpr std::size_t checksum_bytes = 8;
constexpr std::uint64_t max_counter = std::uint64_t{1} << 62;  ///< keeps counter + 1 from wrapping
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

/// Only what to_base64url() writes: so that a context has one token, unused bits are zero.
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

std::string checksum(std::string_view bytes) {
  std::string sum;
  ByteWriter(sum).u64(hash128(bytes).low);
  return sum;
}

std::optional<Context> read_context(ByteReader& in) {
  const std::size_t count = in.count();
  Context::sequence_type seen;
  seen.reserve(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const Actor actor = in.actor();
    const std::uint64_t counter = in.varint();
    const bool ascending = seen.empty() || seen.back().first < actor;
    if (!ascending || counter == 0 || counter > max_counter) in.fail();
    seen.emplace_back(actor, counter);
  }
  if (!in.complete()) return std::nullopt;
  Context context;
  context.adopt_sequence(boost::container::ordered_unique_range, std::move(seen));
  return context;
}

}  // namespace

std::string make_token(std::string_view key, const Context& context) {
  if (context.empty()) return {};
  std::string bytes;
  bytes.reserve(context.size() * (sizeof(Actor) + 3) + 32);
  ByteWriter out(bytes);
  out.u8(token_version);
  out.u64(hash128(key).low);
  out.varint(context.size());
  for (const auto& [actor, counter] : context) {
    out.actor(actor);
    out.varint(counter);
  }
  bytes += checksum(bytes);
  return to_base64url(bytes);
}

boost::system::result<Context, TokenError> parse_token(std::string_view key, std::string_view token) {
  if (token.empty()) return Context{};
  if (token.size() > max_token_chars) {
    return TokenError{"the context is longer than the limit of " + std::to_string(max_token_chars) +
                      " characters"};
  }
  const TokenError damaged{"the context is damaged; send the one that the last answer for this key carried"};
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() < checksum_bytes) return damaged;
  const auto body = std::string_view(*bytes).substr(0, bytes->size() - checksum_bytes);
  if (checksum(body) != std::string_view(*bytes).substr(body.size())) return damaged;
  ByteReader in(body);
  if (in.u8() != token_version) return TokenError{"the context has a version that this node does not know"};
  if (in.u64() != hash128(key).low) {
    return TokenError{
        "the context belongs to another key; send the one that the last answer for this key carried"};
  }
  auto context = read_context(in);
  if (!context) return damaged;
  return *std::move(context);
}

}  // namespace fracas::store
