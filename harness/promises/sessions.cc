// What a session may rely on beside its own writes (reads.cc).
#include <fmt/format.h>

#include <algorithm>

#include "harness/promises/cells.h"

namespace fracas::harness {

Promise monotonic_reads(const Facts& f) {
  if (f.sessions) return kept_by_token();
  if (!f.state_damage.empty()) return damaged(f);
  if (f.sloppy)
    return no(
        "placement = sloppy: a read may be answered by stand-ins that have not heard of what the last one "
        "returned");
  const int n = f.store.n;
  const int r = f.store.r;
  if (r == n && !f.ring_changes)
    return yes("r = n: every read hears every home, and what a home has it keeps");
  if (f.store.repair == store::Repair::abd)
    return yes(fmt::format(
        "repair = abd: what a read returns is on {} homes before it is returned, and every later read "
        "meets one of them",
        std::max(f.store.w, n - r + 1)));
  if (f.store.repair == store::Repair::blocking && 2 * r > n)
    return yes(fmt::format(
        "repair = blocking and 2r = {} > n = {}: what a read returns is on the r homes that it heard "
        "before it is returned, and every later read meets one of them",
        2 * r, n));
  if (f.store.repair == store::Repair::blocking)
    return no(fmt::format(
        "repair = blocking reaches the r homes that a read heard, and with 2r = {} <= n = {} a later "
        "read may meet none of them",
        2 * r, n));
  if (r == n)
    return no(
        "r = n, but the ring changes: a home that fewer than w others have heard of may leave, and take what "
        "a "
        "read had returned with it");
  return no(
      "a write that is under way, or that reached fewer than w homes, is met by one read and missed by the "
      "next" +
      token_forgets(f));
}

namespace {

bool asks_sessions(const Facts& f) {
  return f.lww && (f.store.stamp == store::StampSource::hlc || f.store.stamp == store::StampSource::query);
}

Promise write_order(const Facts& f, std::string_view before) {
  if (f.lww && f.sessions)
    return yes(
        fmt::format("a session hands back the token of what it has seen, and its write gets a higher stamp "
                    "than that, or is refused: it comes above {}, under any clock and whatever homes have",
                    before));
  if (asks_sessions(f) && f.clients.contexts)
    return yes(fmt::format(
        "a session carries the highest stamp that it saw, and its next write gets a higher one or "
        "is refused: it comes above {}, whatever clocks say and homes have",
        before));
  if (f.lww && !f.stamps.kept) return no(fmt::format("{}: a write may come below {}", f.stamps.why, before));
  if (f.lww && f.store.stamp == store::StampSource::query && quorums_may_miss(f)) return met_in_vain(f);
  if (f.lww) return yes(fmt::format("{}: a write comes above {}", f.stamps.why, before));
  if (!f.clients.contexts) return yes("a put without context follows nothing");
  return yes(fmt::format(
      "a put carries the context of its session's last answer: whoever has it has {} superseded", before));
}

}  // namespace

Promise monotonic_writes(const Facts& f) {
  if (f.lww && f.store.stamp == store::StampSource::client)
    return yes("stamps are those of the client's clock, which it never lets go back");
  return write_order(f, "what its session wrote before");
}

Promise writes_follow_reads(const Facts& f) {
  if (f.lww && f.store.stamp == store::StampSource::query && !f.clients.contexts && !f.sessions)
    return no(
        "sessions do not say what they have read, and the r homes that are asked for their stamps may have "
        "missed a write that reached fewer than w");
  return write_order(f, "what its session had read");
}

/// A session's writes reach the replicas of different keys one by one.
Promise pram(const Facts& f) { return causal(f); }

/// Only where every key is linearizable: sessions carry nothing from one key to another.
Promise causal(const Facts& f) {
  if (!f.lww) return no("a register with siblings returns no single write");
  if (f.store.stamp != store::StampSource::query || f.store.repair != store::Repair::abd)
    return no(
        "what a session has seen of one key tells a replica nothing of the others; only stamp = query with "
        "repair = abd puts all reads and writes in one order");
  if (!f.state_damage.empty()) return damaged(f);
  if (f.ring_changes) return no("the ring changes: nothing is written down for all keys together");
  if (!f.quorum || !f.stamps.kept)
    return no(quorums(f) + ": a read may miss what a session has seen of another key");
  return yes(quorums(f) +
             ", stamp = query and repair = abd: reads and writes of each key take effect one by one, between "
             "their beginning and end, so that those of all keys have one order");
}

}  // namespace fracas::harness
