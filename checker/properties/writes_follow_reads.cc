// An acknowledged write comes after what its session had read. (write_order.h)
#include "checker/properties/all.h"
#include "checker/write_order.h"

namespace fracas::checker {

Verdict check_writes_follow_reads(const Case& whole) {
  return check_write_order(whole, "writes-follow-reads", After::own_reads,
                           "no session wrote a key that it had read and was shown versions");
}

}  // namespace fracas::checker
