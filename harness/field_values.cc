#include "harness/field_values.h"

#include <fmt/format.h>

#include "harness/setting.h"

namespace fracas::harness {

using nemesis::Parameter;

std::string is(const Parameter& value) { return fmt::format(", is '{}'", to_text(value)); }

Problem set_duration(Nanoseconds& out, const Parameter& value, Nanoseconds least, Nanoseconds most) {
  const std::string expected =
      fmt::format("must be a duration from {} to {}, such as \"2s\" or \"250ms\"{}",
                  nemesis::format_duration(least), nemesis::format_duration(most), is(value));
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected;
  const auto duration = nemesis::parse_duration(*text);
  if (!duration || *duration < least || *duration > most) return expected;
  out = *duration;
  return std::nullopt;
}

Problem set_text(std::string& out, const Parameter& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return fmt::format("must be a text in quotes{}", is(value));
  out = *text;
  return std::nullopt;
}

Problem check_integer(const Parameter& value, std::int64_t least, std::int64_t most) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer != nullptr && *integer >= least && *integer <= most) return std::nullopt;
  return fmt::format("must be a whole number from {} to {}{}", least, most, is(value));
}

}  // namespace fracas::harness
