// Finds the time functions in the image of a vDSO: the small ELF library that the kernel maps into every
// process (vdso(7)).
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fracas::nemesis {

enum class TimeFunction : std::uint8_t { clock_gettime, gettimeofday, time };

struct VdsoSymbol {
  TimeFunction function;
  std::uint64_t offset;  ///< from the beginning of the image
  std::uint64_t room;    ///< bytes that may be overwritten there
};

struct VdsoTimeFunctions {
  std::vector<VdsoSymbol> symbols;  ///< one per place, by offset; clock_gettime is among them
  std::uint64_t system_call = 0;    ///< offset of a system call instruction
};

/// `image`: from the ELF header on; what lies beyond its end is taken as absent. The error says what is
/// missing.
boost::system::result<VdsoTimeFunctions, std::string> find_time_functions(std::span<const std::byte> image);

}  // namespace fracas::nemesis
