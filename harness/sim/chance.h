// What chance decides in a simulation: a function of (seed, what for, who, when), not a stream of draws. So
// nothing that happens elsewhere or earlier changes it, and a run from which an operation or a fault was left
// out goes on as before for all the others: shrinking and comparing runs depend on that.
#pragma once

#include <cstdint>

namespace fracas::harness {

class Chance {
 public:
  enum class Of : std::uint8_t {
    latency,
    jitter,
    loss,
    duplicate,
    corrupt,
    reorder,
    rule,
    start,
    sync,
    actor,
    disk
  };

  explicit Chance(std::uint64_t seed) : seed_(mixed(seed)) {}

  /// 64 random bits. `who` and `when` in the units of the caller; `nth` tells apart what is drawn for the
  /// same two at the same moment.
  std::uint64_t bits(Of of, std::uint64_t who, std::int64_t when, std::uint64_t nth = 0) const {
    std::uint64_t bits = seed_ + static_cast<std::uint64_t>(of) * 0x9E3779B97F4A7C15U;
    bits = mixed(bits ^ who);
    bits = mixed(bits ^ static_cast<std::uint64_t>(when));
    return mixed(bits + nth);
  }
  /// Uniform in [0, limit) (its bias is below limit / 2^64).
  std::int64_t below(std::int64_t limit, Of of, std::uint64_t who, std::int64_t when,
                     std::uint64_t nth = 0) const {
    if (limit <= 0) return 0;
    return static_cast<std::int64_t>(bits(of, who, when, nth) % static_cast<std::uint64_t>(limit));
  }
  /// True in this many of a million cases.
  bool millionths(std::uint32_t share, Of of, std::uint64_t who, std::int64_t when,
                  std::uint64_t nth = 0) const {
    return share > 0 && below(1'000'000, of, who, when, nth) < share;
  }

 private:
  /// The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
  static constexpr std::uint64_t mixed(std::uint64_t bits) {
    bits += 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
  }

  std::uint64_t seed_;
};

}  // namespace fracas::harness
