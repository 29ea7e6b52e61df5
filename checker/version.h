// The clocks that a store shows: stamps of last-write-wins, dots and contexts of siblings. The only place
// that knows how they are written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::checker {

/// `[stamp, actor, sequence]`, the place of a write in last-write-wins order.
struct Stamp {
  std::int64_t us = 0;     ///< unix time in microseconds, as the node that stamped it believed
  std::string_view actor;  ///< "n1" or "n1#1f3a": a node, and which of its incarnations
  std::uint64_t sequence = 0;
  bool operator==(const Stamp&) const = default;
};

/// True if a is certainly older than b: stamps of the same microsecond by different actors are ordered by the
/// store's own rule, which a history does not show.
bool older(const Stamp& a, const Stamp& b);

/// The node in front of an actor's '#'.
std::string_view node_of(std::string_view actor);

/// `{"dots": ["n1#3:17", ...], "context": {"n1#3": 17, ...}}`
struct CausalClock {
  std::vector<std::string> dots;  ///< one per value, in the order of the values
  std::map<std::string, std::uint64_t> context;
  bool operator==(const CausalClock&) const = default;
};

/// All from compact JSON; nothing if the text has another form.
std::optional<Stamp> parse_stamp(std::string_view json);  ///< the actor is a view into `json`
std::optional<CausalClock> parse_causal_clock(std::string_view json);

/// Whether a compact JSON text has the form.
bool is_causal_clock(std::string_view json);
bool is_context(std::string_view json);  ///< `{"n1#3": 17, ...}`

}  // namespace fracas::checker
