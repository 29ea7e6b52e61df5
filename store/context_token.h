// The causal context as clients carry it: opaque text, bound to its key and checksummed, so that a token of
// another key or a damaged one is refused instead of silently deleting what its bearer never saw.
//   base64url( version (1) | hash of the key (8) | count | (actor (16), counter) ... | checksum of all that
//   (8) )
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "store/dvvset.h"

namespace fracas::store {

inline constexpr std::size_t max_token_chars = 256 << 10;

/// Empty for an empty context.
std::string make_token(std::string_view key, const Context&);

struct TokenError {
  std::string message;  ///< what is wrong and what to send instead
};
/// An empty token is the empty context.
boost::system::result<Context, TokenError> parse_token(std::string_view key, std::string_view token);

}  // namespace fracas::store
