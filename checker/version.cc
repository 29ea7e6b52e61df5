#include "checker/version.h"

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

std::map<std::string, std::uint64_t> take_context(JsonCursor& cursor) {
  std::map<std::string, std::uint64_t> context;
  cursor.expect('{');
  if (cursor.take('}')) return context;
  do {
    std::string actor(cursor.string());
    cursor.expect(':');
    context[std::move(actor)] = cursor.unsigned_integer();
  } while (cursor.take(','));
  cursor.expect('}');
  return context;
}

std::vector<std::string> take_dots(JsonCursor& cursor) {
  std::vector<std::string> dots;
  cursor.expect('[');
  if (cursor.take(']')) return dots;
  do {
    dots.emplace_back(cursor.string());
  } while (cursor.take(','));
  cursor.expect(']');
  return dots;
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
  JsonCursor cursor(json);
  CausalClock clock;
  bool dots = false;
  bool context = false;
  cursor.expect('{');
  do {
    const std::string_view name = cursor.string();
    cursor.expect(':');
    if (name == "dots" && !dots) {
      clock.dots = take_dots(cursor);
      dots = true;
    } else if (name == "context" && !context) {
      clock.context = take_context(cursor);
      context = true;
    } else {
      return std::nullopt;
    }
  } while (cursor.take(','));
  cursor.expect('}');
  return cursor.done() && dots && context ? std::optional(clock) : std::nullopt;
}

std::optional<std::map<std::string, std::uint64_t>> parse_context(std::string_view json) {
  JsonCursor cursor(json);
  auto context = take_context(cursor);
  return cursor.done() ? std::optional(std::move(context)) : std::nullopt;
}

}  // namespace fracas::checker
