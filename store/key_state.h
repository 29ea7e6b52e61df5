// One replica's copy of one key, whichever way conflicts are resolved: merging, comparing, and the canonical
// bytes that go to disk, over the wire and into hashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/dvvset.h"
#include "store/lww.h"

namespace fracas::store {

class ByteReader;

/// Nothing (never heard of the key), siblings, or a last-write-wins cell.
using KeyState = std::variant<std::monostate, DvvSet, LwwCell>;

/// Least upper bound, into `state`. Returns whether it changed. States of different kinds do not mix (a
/// cluster has one kind): then `state` stays.
bool merge(KeyState& state, const KeyState& other, const BugSet& bugs = {});
/// Merging `other` into `state` would change nothing.
bool covers(const KeyState& state, const KeyState& other, const BugSet& bugs = {});
/// The same clock with tombstones for values: what a comparison needs, without the payload.
KeyState without_values(const KeyState&);
/// The values that a reader sees: no tombstones; by actor, each actor's newest first.
std::vector<std::string> live_values(const KeyState&);
bool has_live_values(const KeyState&);
std::size_t count_live_values(const KeyState&);
/// Dots of live_values(), in the same order. Siblings only.
std::vector<Dot> live_dots(const DvvSet&);

/// Equal states have equal bytes: actors are sorted.
void encode(const KeyState&, std::string& out);
/// Nothing if the bytes are no state. Reads exactly one.
std::optional<KeyState> decode_state(ByteReader&);
std::optional<KeyState> decode_state(std::string_view bytes);

}  // namespace fracas::store
