// What tests share that run the store's core through random schedules.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace fracas::store {

inline constexpr std::int64_t millisecond = 1'000'000;

/// How many: as many as FRACAS_SCHEDULES says (.ci/nightly).
inline int schedules_or(int standard) {
  const char* wanted = std::getenv("FRACAS_SCHEDULES");
  return wanted == nullptr ? standard : std::atoi(wanted);
}

}  // namespace fracas::store
