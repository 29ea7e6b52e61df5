// A session's acknowledged writes take effect in its order. (write_order.h)
#include "checker/properties/all.h"
#include "checker/write_order.h"

namespace fracas::checker {

Verdict check_monotonic_writes(const Case& whole) {
  return check_write_order(whole, "monotonic-writes", After::own_writes,
                           "no session wrote a key twice and was shown versions");
}

}  // namespace fracas::checker
