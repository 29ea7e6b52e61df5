// Is a register atomic, and if not, how many versions may be enough: by zones.
//
// A write and its reads are a cluster; its zone lies between `low` and `high`. Forward (low before high): all
// that time the register held the value. Backward: at some moment in it the value may have come and gone. A
// register is atomic exactly if no two forward zones overlap and no backward zone lies within a forward one.
// (Gibbons and Korach: Testing shared memories, 1997; Golab, Li and Shah: Analyzing consistency properties
// for fun and profit, PODC 2011.)
#pragma once

#include <cstdint>

#include "checker/staleness/trace.h"

namespace fracas::checker::staleness {

struct Zones {
  bool atomic = true;
  /// In one order of all operations that respects real time, each read returns one of so many latest writes.
  std::uint32_t enough = 1;
};

Zones look_at_zones(const Trace&);

}  // namespace fracas::checker::staleness
