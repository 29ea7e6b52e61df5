// What no configuration excuses.
#include "harness/promises/cells.h"

namespace fracas::harness {

Promise no_phantoms(const Facts&) {
  return yes(
      "no configuration and no fault makes up a value, and a message or record that a fault damages is found "
      "out by its checksum");
}

Promise honest_failures(const Facts&) {
  return yes(
      "an operation is reported as failed only when no replica was asked; everything else that went wrong is "
      "reported as of unknown outcome");
}

Promise honest_versions(const Facts& f) {
  if (!f.state_damage.empty())
    return no(f.state_damage + ": what a node has used for a stamp it may use again");
  return yes("a write is stamped once, and its stamp goes with it wherever it is sent again");
}

}  // namespace fracas::harness
