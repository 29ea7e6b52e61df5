// Bytes as text that goes into a header, a query or a JSON string as it is (RFC 4648, base64url, no padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fracas::store {

std::string to_base64url(std::string_view bytes);
/// Only what to_base64url() writes, so that bytes have one text: unused bits are zero. Nothing for any other.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace fracas::store
