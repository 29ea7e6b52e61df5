// The phases of a run, in order, and their names in run.json and in the live line.
#pragma once

#include <cstdint>
#include <string_view>

namespace fracas::harness {

enum class Phase : std::uint8_t { start, steady, torment, heal, settle, final_reads, stop };

constexpr std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::start:
      return "start";
    case Phase::steady:
      return "steady";
    case Phase::torment:
      return "torment";
    case Phase::heal:
      return "heal";
    case Phase::settle:
      return "settle";
    case Phase::final_reads:
      return "final-reads";
    case Phase::stop:
      break;
  }
  return "stop";
}

}  // namespace fracas::harness
