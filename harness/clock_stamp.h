// The time in the `clock` of an answer under lww: [stamp_us, "n2#1f3a5c77", seq].
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace fracas::harness {

/// 0 if it has none.
inline std::int64_t stamp_us_of_clock(std::string_view clock) {
  std::int64_t us = 0;
  if (clock.starts_with('[')) std::from_chars(clock.data() + 1, clock.data() + clock.size(), us);
  return us;
}

}  // namespace fracas::harness
