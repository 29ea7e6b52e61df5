// How far a node's wall clock is off, as one question and its answer tell: the node looked at its clock at
// some moment of the round trip.
#pragma once

#include <cstdint>
#include <optional>

namespace fracas::harness {

struct ClockReading {
  std::int64_t skew_ns = 0;         ///< node's wall clock minus the harness's
  std::int64_t uncertainty_ns = 0;  ///< the true skew was within this of it: half the round trip
};

/// `sent_us` and `received_us` by the harness's wall clock, `node_us` by the node's. Empty when the round
/// trip took so long that the reading is worth nothing.
inline std::optional<ClockReading> clock_reading(std::int64_t sent_us, std::int64_t received_us,
                                                 std::int64_t node_us) {
  constexpr std::int64_t kLongestRoundTripUs = 100'000;
  const std::int64_t round_trip_us = received_us - sent_us;
  if (round_trip_us < 0 || round_trip_us > kLongestRoundTripUs) return std::nullopt;
  return ClockReading{(node_us - sent_us) * 1000 - round_trip_us * 500, round_trip_us * 500};
}

}  // namespace fracas::harness
