#include "checker/version.h"

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

/// Calls each(actor, counter).
template <class Each>
void walk_context(JsonCursor& cursor, const Each& each) {
  cursor.expect('{');
  if (cursor.take('}')) return;
  do {
    const std::string_view actor = cursor.string();
    cursor.expect(':');
    each(actor, cursor.unsigned_integer());
  } while (cursor.take(','));
  cursor.expect('}');
}

/// Calls each(dot).
template <class Each>
void walk_dots(JsonCursor& cursor, const Each& each) {
  cursor.expect('[');
  if (cursor.take(']')) return;
  do {
    each(cursor.string());
  } while (cursor.take(','));
  cursor.expect(']');
}

/// False: it is no causal clock.
template <class EachDot, class EachSeen>
bool walk_causal_clock(std::string_view json, const EachDot& each_dot, const EachSeen& each_seen) {
  JsonCursor cursor(json);
  bool dots = false;
  bool context = false;
  cursor.expect('{');
  do {
    const std::string_view name = cursor.string();
    cursor.expect(':');
    if (name == "dots" && !dots) {
      walk_dots(cursor, each_dot);
      dots = true;
    } else if (name == "context" && !context) {
      walk_context(cursor, each_seen);
      context = true;
    } else {
      return false;
    }
  } while (cursor.take(','));
  cursor.expect('}');
  return cursor.done() && dots && context;
}

}  // namespace

bool older(const Stamp& a, const Stamp& b) {
  if (a.us != b.us) return a.us < b.us;
  return a.actor == b.actor && a.sequence < b.sequence;
}

std::string_view node_of(std::string_view actor) { return actor.substr(0, actor.find('#')); }

std::optional<Stamp> parse_stamp(std::string_view json) {
  JsonCursor cursor(json);
  Stamp stamp;
  cursor.expect('[');
  stamp.us = cursor.signed_integer();
  cursor.expect(',');
  stamp.actor = cursor.string();
  cursor.expect(',');
  stamp.sequence = cursor.unsigned_integer();
  cursor.expect(']');
  return cursor.done() ? std::optional(stamp) : std::nullopt;
}

std::optional<CausalClock> parse_causal_clock(std::string_view json) {
  CausalClock clock;
  const bool valid = walk_causal_clock(
      json, [&](std::string_view dot) { clock.dots.emplace_back(dot); },
      [&](std::string_view actor, std::uint64_t seen) { clock.context[std::string(actor)] = seen; });
  return valid ? std::optional(std::move(clock)) : std::nullopt;
}

bool is_causal_clock(std::string_view json) {
  return walk_causal_clock(
      json, [](std::string_view) {}, [](std::string_view, std::uint64_t) {});
}

bool is_context(std::string_view json) {
  JsonCursor cursor(json);
  walk_context(cursor, [](std::string_view, std::uint64_t) {});
  return cursor.done();
}

}  // namespace fracas::checker
