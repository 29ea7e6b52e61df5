// How the parts of a swarm run are drawn: the same in every build, one stream of the seed to each part, so
// that one more choice in one of them leaves the others as they were.
#pragma once

#include <cstdint>
#include <iterator>

#include "nemesis/random.h"

namespace fracas::harness {

class Dice {
 public:
  enum class Of : std::uint8_t { cluster, knobs, load, times, faults, placement, clients, spares };

  Dice(std::uint64_t seed, Of part)
      : random_(nemesis::random_stream(seed, kFirstStream + static_cast<std::uint64_t>(part))) {}

  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return nemesis::draw_between(random_, low, high);
  }
  /// In [low, high], every doubling as likely as the others.
  std::int64_t magnitude(std::int64_t low, std::int64_t high) {
    return nemesis::draw_magnitude(random_, low, high);
  }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  /// One of several; what is there twice is twice as likely.
  template <typename Values>
  const auto& pick(const Values& values) {
    return values[index(std::size(values))];
  }
  template <typename Value>
  Value pick(std::initializer_list<Value> values) {
    return values.begin()[index(values.size())];
  }

 private:
  /// Away from the planner's, which count [[fault]] entries from 0.
  static constexpr std::uint64_t kFirstStream = 1'000'000;

  std::size_t index(std::size_t size) {
    return static_cast<std::size_t>(between(0, static_cast<std::int64_t>(size) - 1));
  }

  nemesis::Random random_;
};

}  // namespace fracas::harness
