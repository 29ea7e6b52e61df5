// Of each element of a set the last read that showed it and the last that missed it, by the reads'
// invocations. (Jepsen's set-full, in words of 64 elements: a read of 10^6 elements costs 16 thousand steps
// at most, and nothing where all is known.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fracas::checker {

class LastSightings {
 public:
  /// No read.
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  explicit LastSightings(std::size_t elements);

  /// Reads come in order of decreasing invocation. A bit for each element; those from `begun` on had not
  /// begun to be added when the read ended, and it says nothing of them.
  void read(std::uint32_t invoked, std::span<const std::uint64_t> shown, std::size_t begun);

  std::uint32_t last_shown(std::size_t element) const { return shown_[element]; }
  std::uint32_t last_missed(std::size_t element) const { return missed_[element]; }

 private:
  std::vector<std::uint64_t> to_show_;  ///< elements that no read so far has shown
  std::vector<std::uint64_t> to_miss_;  ///< or missed
  std::vector<std::uint32_t> shown_;
  std::vector<std::uint32_t> missed_;
};

}  // namespace fracas::checker
