// A client's own stream of random draws: seeded by (seed, client, purpose) alone, the same with every
// compiler and library.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

namespace fracas::workloads {

class Draw {
 public:
  /// `purpose` keeps the streams of one client apart ("register", "set", "node").
  Draw(std::uint64_t seed, int client, std::string_view purpose);

  /// Uniform in [0, limit); `limit` at least 1.
  std::uint64_t below(std::uint64_t limit);
  /// True with this probability, to one in a million.
  bool chance(double probability);

 private:
  std::mt19937_64 engine_;
};

}  // namespace fracas::workloads
