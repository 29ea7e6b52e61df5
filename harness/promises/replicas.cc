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
  if (f.ring_forgotten) return forgot_ring(f);
  if (f.sloppy)
    return yes(
        "stand-ins hand over what they keep once links are healed, anti-entropy compares every pair of "
        "homes, "
        "and all ways of merging give the same state in any order");
  return yes(
      "anti-entropy compares every pair of homes once links are healed, and both ways of merging give the "
      "same "
      "state in any order");
}

Promise no_resurrection(const Facts& f) {
  if (!f.copies_left) return damaged(f);
  if (f.store.anti_entropy_ns <= 0)
    return no("anti-entropy is off: a home that missed the delete may keep what it had");
  if (!f.comes_back.empty()) return back_again(f);
  if (f.store.gc != store::Gc::keep && f.lww && !f.stamps.kept)
    return no(fmt::format(
        "gc = {}: {}, so that a value may be older than a delete that had ended before it was written, and "
        "there when the tombstone has gone",
        store::get(f.store, "gc"), f.stamps.why));
  if (f.store.gc == store::Gc::confirmed && quorums_may_miss(f)) return met_in_vain(f);
  if (f.store.gc == store::Gc::confirmed)
    return yes(
        "gc = confirmed drops a tombstone once all homes have it, no node keeps a hint, and no copy that it "
        "covers is under way any more; and a node that finds its disk to be old empties it");
  if (f.store.gc == store::Gc::timeout)
    return yes("every home has heard of the delete long before its tombstone is dropped");
  return yes(
      "tombstones are kept, and anti-entropy takes them to every home: what a delete had seen stays below "
      "its tombstone");
}

Promise ack_count(const Facts& f) {
  if (!f.state_damage.empty()) return damaged(f);
  if (f.sloppy)
    return yes(
        fmt::format("a write is acknowledged by {} distinct homes or stand-ins in their place, and a "
                    "stand-in forgets its "
                    "hint only once the home has it",
                    f.store.w));
  return yes(fmt::format(
      "a write is acknowledged by {} distinct homes, each of which keeps it or what superseded it",
      f.store.w));
}

Promise antichain(const Facts& f) {
  if (f.lww) return yes("lww keeps one value");
  return yes(
      "ids of actors are fresh in each process, contexts are never pruned, and a merge drops what a context "
      "covers: at any r "
      "and w, under any clock, with any disk");
}

Promise quiescence(const Facts& f) {
  if (f.store.anti_entropy_ns <= 0)
    return no("anti-entropy is off: whether the replicas have settled is not known, and repairs may be due");
  if (f.ring_forgotten) return forgot_ring(f);
  if (f.store.gc != store::Gc::keep)
    return no(fmt::format(
        "gc = {}: tombstones go, and one that a home has dropped may be given back by another once more",
        store::get(f.store, "gc")));
  return yes("replicas that are equal give an exchange nothing to repair, and reads neither");
}

}  // namespace fracas::harness
