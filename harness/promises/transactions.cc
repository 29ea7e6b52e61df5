// What spans several keys: nothing here does.
#include "harness/promises/cells.h"

namespace fracas::harness {

Promise transactional(const Facts&) {
  return no("the store has no transactions: every key is written by itself");
}

}  // namespace fracas::harness
