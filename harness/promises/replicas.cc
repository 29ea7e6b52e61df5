// What replicas come to.
#include <fmt/format.h>

#include "harness/promises/cells.h"

namespace fracas::harness {

Promise convergence(const Facts& f) {
  if (f.store.anti_entropy_ns <= 0)
    return no(fmt::format(
        "anti-entropy is off: {} only what they happen to touch, and a write that a replica missed "
        "may never reach it",
        f.store.hints == store::Hints::off ? "read repair reaches" : "hints and read repair reach"));
  return yes(
      "anti-entropy compares every pair of homes once links are healed, and both ways of merging give the "
      "same "
      "state in any order");
}

}  // namespace fracas::harness
