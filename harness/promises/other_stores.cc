// What is asked of histories that come from elsewhere: no workload of ours does it this way.
#include "harness/promises/cells.h"

namespace fracas::harness {

Promise objects_of_others(const Facts&) {
  return no(
      "the store has registers only; its sets and counters, updated by clients, are judged by lost-updates");
}

}  // namespace fracas::harness
