#include "store/context_token.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "store/base64url.h"
#include "store/bytes.h"
#include "store/hash.h"

namespace fracas::store {
namespace {

constexpr std::uint8_t token_version = 1;
constexpr std::size_t checksum_bytes = 8;

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
