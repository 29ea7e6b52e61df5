// What a read may return.
#include <fmt/format.h>

#include "harness/promises/cells.h"

namespace fracas::harness {

Promise read_your_writes(const Facts& f) {
  if (f.sessions) return kept_by_token();
  if (quorums_may_miss(f)) return met_in_vain(f);
  if (f.sloppy)
    return no(
        "placement = sloppy: an own write may be with stand-ins while the homes answer the read, or the "
        "other "
        "way round; it takes one wrong guess about a node that is only slow");
  if (!f.quorum)
    return no(fmt::format(
        "{}: a read may be answered by replicas that have not seen the session's own write{}{}", quorums(f),
        f.clients.sticky ? ", also when the client keeps to one coordinator" : "", token_forgets(f)));
  if (f.lww && !f.stamps.kept)
    return yes(quorums(f) +
               ": every read meets a replica that has the session's own write or one with a higher stamp "
               "(judged in stamp order: an own write that lost by its stamp is lost-writes' business)" +
               once_caught_up(f));
  return yes(quorums(f) + ": every read meets a replica that has the session's own write or a later one" +
             once_caught_up(f));
}

Promise regular(const Facts& f) {
  if (quorums_may_miss(f)) return met_in_vain(f);
  if (f.sloppy)
    return no(
        "placement = sloppy: r and w count stand-ins, so that the nodes that answer a read need not be among "
        "those that acknowledged a write, whatever r + w is");
  if (!f.quorum)
    return no(quorums(f) +
              ": a read may be answered by replicas that an acknowledged write has not reached yet");
  if (!f.lww)
    return yes(quorums(f) +
               ": every read meets every acknowledged write, and siblings are kept until a context "
               "covers them" +
               once_caught_up(f));
  if (!f.stamps.kept) return no(f.stamps.why + ", and reads then return the earlier one");
  return yes(quorums(f) + ": every read meets every acknowledged write, and " + f.stamps.why +
             once_caught_up(f));
}

/// Regular, and what one read has returned the next one does not miss: both of registers alone.
Promise linearizable(const Facts& f) {
  if (!f.lww) return no("a key that keeps siblings holds several values at once: it is no register");
  if (f.workload != "register")
    return no("updates read and write in two steps: each is linearizable, both together are not");
  if (!f.state_damage.empty()) return damaged(f);
  if (f.ring_changes)
    return no("the ring changes: nothing is written down about the order of all reads then");
  if (const Promise seen = regular(f); !seen.guaranteed) return seen;
  if (f.store.repair != store::Repair::abd)
    return no(
        "without repair = abd a write that is under way, or that reached fewer than w homes, may be met by "
        "one "
        "read and missed by the next");
  return yes(quorums(f) + ", repair = abd, and " + f.stamps.why +
             ": what a read or a write has shown is on so many homes that whoever comes later meets it");
}

}  // namespace fracas::harness
