// Values of keys, for the tables of keys: each reader says what would be right, and what was given.
#pragma once

#include <cstdint>
#include <string>

#include "harness/experiment_fields.h"

namespace fracas::harness {

/// ", is 'value'"
std::string is(const nemesis::Parameter&);

Problem set_duration(Nanoseconds& out, const nemesis::Parameter&, Nanoseconds least, Nanoseconds most);
Problem set_text(std::string& out, const nemesis::Parameter&);
/// What is wrong unless it is a whole number in the range.
Problem check_integer(const nemesis::Parameter&, std::int64_t least, std::int64_t most);

template <typename Int>
Problem set_integer(Int& out, const nemesis::Parameter& value, std::int64_t least, std::int64_t most) {
  if (const Problem problem = check_integer(value, least, most)) return problem;
  out = static_cast<Int>(std::get<std::int64_t>(value));
  return std::nullopt;
}

}  // namespace fracas::harness
