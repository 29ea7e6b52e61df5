// Experiments to ask the guarantee matrix about, and what it does not promise of them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/promises.h"

namespace fracas::harness {

using Kinds = std::set<std::string>;
using Names = std::vector<std::string>;

inline const Kinds kNone;
inline const Kinds kCrashes{"process.kill", "process.pause", "network.partition"};
inline const Kinds kClocks{"clock.jump"};

inline const Names kAll{"read-your-writes", "regular",    "lost-updates", "lost-writes",    "durability",
                        "convergence",      "quiescence", "no-phantoms",  "honest-failures"};

inline Experiment siblings(int r = 2, int w = 2) {
  Experiment e;
  e.store.r = r;
  e.store.w = w;
  return e;
}
inline Experiment lww(int r = 2, int w = 2) {
  Experiment e = siblings(r, w);
  e.store.conflict = store::Conflict::lww;
  return e;
}

/// Those that are not promised, in the order of kAll.
inline Names not_promised(const Experiment& e, const Kinds& kinds) {
  Names names;
  for (const std::string& property : kAll)
    if (!promise(property, e, kinds).guaranteed) names.push_back(property);
  return names;
}

inline Experiment stamped(store::StampSource source, int r = 2, int w = 2) {
  Experiment e = lww(r, w);
  e.store.stamp = source;
  return e;
}

}  // namespace fracas::harness
