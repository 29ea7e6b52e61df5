// The machine code that answers in place of the vDSO's time functions: one page of position-independent code,
// right behind which the child has the SkewPage mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fracas::nemesis {

/// Offsets of the functions in the code; each has the C signature of its namesake and, as the vDSO's, returns
/// a negative errno. Empty code: no stub for this processor.
struct ClockStub {
  std::span<const std::byte> code;
  std::size_t clock_gettime = 0;
  std::size_t gettimeofday = 0;
  std::size_t time = 0;
  /// void(long unused, timespec*): distorts a reading in place. What the others share.
  std::size_t distort = 0;
};
ClockStub clock_stub();

/// The jump that replaces the beginning of a vDSO function. It clobbers rax, which a callee may.
inline constexpr std::size_t kJumpSize = 12;
struct Jump {
  std::byte bytes[kJumpSize];
};
Jump jump_to(std::uint64_t address);

}  // namespace fracas::nemesis
