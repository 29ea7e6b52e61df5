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

}  // namespace fracas::harness
