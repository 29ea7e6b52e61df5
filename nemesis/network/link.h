// The rule and the counters of one directed link, shared by everything that carries its bytes.
#pragma once

#include <memory>

#include "nemesis/surroundings.h"

namespace fracas::nemesis {

struct Link {
  int blocks = 0;         ///< faults that silence it now
  LinkCounters counters;  ///< without the bytes that a block in force holds: those are counted when it ends

  bool blocked() const { return blocks > 0; }
};

using LinkPtr = std::shared_ptr<Link>;

}  // namespace fracas::nemesis
