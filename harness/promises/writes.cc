// What becomes of acknowledged writes.
#include <fmt/format.h>

#include "harness/promises/cells.h"

namespace fracas::harness {
namespace {

/// Without either, what is read at the end may be an old replica's answer. (Where the replicas themselves can
/// be asked, the checkers look at them; a run that is cut short has only its reads.)
bool final_state_is_known(const Facts& f) { return f.quorum || f.store.anti_entropy_ns > 0; }

Promise not_known(const Facts& f) {
  return no(quorums(f) +
            " and anti-entropy is off: what is read at the end may come from a replica that missed the "
            "write for good");
}

}  // namespace

Promise lost_updates(const Facts& f) {
  if (f.lww)
    return no(
        "lww keeps one of two concurrent read-modify-writes and drops the effect of the other, without any "
        "fault");
  if (!f.copies_left) return damaged(f);
  if (!final_state_is_known(f)) return not_known(f);
  if (const Promise own = read_your_writes(f); f.workload == "counter" && !own.guaranteed)
    return no("a client counts on from its own last count, and may not read that: " + own.reason);
  if (f.workload == "cart" && !f.clients.contexts)
    return no("a put without context supersedes nothing: what is removed from a cart stays in a sibling");
  if (!f.clients.contexts)
    return yes("a put without context supersedes nothing: every update stays as a sibling of its own");
  return yes(
      "a put supersedes only what its context covers, which is what its client had read and merged; at any r "
      "and w, under any clock");
}

/// Every acknowledgement shows its stamp, so that the order of stamps alone decides, whatever became of the
/// copies. Only stamps that are asked of copies (query) need those to be there.
Promise lost_writes(const Facts& f) {
  if (!f.lww) return yes("a write is superseded only by one whose context covers it, whatever clocks say");
  if (f.store.stamp == store::StampSource::query && quorums_may_miss(f)) return met_in_vain(f);
  if (!f.stamps.kept)
    return no(f.stamps.why +
              ": the higher stamp wins, and an earlier write may beat one that began after it");
  return yes(f.stamps.why + ": no write beats one that began after it had ended" +
             (f.sloppy ? ", and a hint is delivered with the stamp of its write" : ""));
}

Promise durability(const Facts& f) {
  if (!f.copies_left) return damaged(f);
  if (!f.state_damage.empty())
    return yes(
        fmt::format("{}, but of the w = {} replicas that acknowledged a write one is left that has not "
                    "lost it, whatever happened to the others",
                    f.state_damage, f.store.w));
  const std::string_view who = f.sloppy ? "replica or stand-in" : "replica";
  const std::string copies =
      f.store.w == 1 ? fmt::format("the one {}", who)
                     : fmt::format("each of the {} {}s", f.store.w, f.sloppy ? "replicas or stand-in" : who);
  if (f.store.fsync != store::Fsync::always)
    return yes(copies +
               " that acknowledged a write handed it to the kernel first: kill -9 takes the process, not the "
               "page cache, and no fault of this run takes that (fsync = " +
               store::get(f.store, "fsync") + " would show at a power loss)");
  if (f.power_loss)
    return yes(copies +
               " that acknowledged a write had synced it to its disk first, and a power loss takes only what "
               "was not synced");
  if (f.sloppy)
    return yes(
        copies +
        " that acknowledged a write had synced it to its disk first, and a stand-in forgets its hint only "
        "once the home that it stands for has synced it");
  return yes(
      copies +
      " that acknowledged a write had synced it to its disk first, and no fault of this run takes state "
      "from a disk");
}

}  // namespace fracas::harness
