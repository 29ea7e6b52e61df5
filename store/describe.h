// States as JSON for people, histories and dumps. Formats: README.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/key_state.h"

namespace fracas::store {

/// A JSON string. The text must be UTF-8.
std::string json_quote(std::string_view text);
bool is_utf8(std::string_view text);

/// The `clock` of a state: [stamp_us, actor, sequence] or {"dots": [...], "context": {...}}; "null" for none.
/// `own`: the dot of the put that is being answered; it comes first, even if it is that of a tombstone.
std::string clock_json(const KeyState&, std::span<const std::string> names,
                       const std::optional<Dot>& own = {});

/// {"key", "values", "clock"} of a replica.
std::string replica_json(std::string_view key, const KeyState&, std::span<const std::string> names);

}  // namespace fracas::store
