// The guarantee matrix: one function per property (promises/), one reason per cell.
//
// Rows, as configurations that exist so far (ids of actors fresh per process, per copy where a node makes
// dots for homes that are away, and per key whose tombstone went):
//   lww, r + w > n      L-QUO     siblings, r + w > n     D-QUO
//   lww, r + w <= n     L-ONE     siblings, r + w <= n    D-ONE
//   lww, sloppy         L-SLOPPY  siblings, sloppy        D-SLOPPY
// each with its source of stamps, which decides whether a later write has the higher stamp
// (promises/stamp_order.h): L-HLC, L-TT, and query of L-ABD.
// Columns: which kinds of fault took effect. A kill -9 keeps the page cache, so that fsync = never loses
// nothing by it; pauses, partitions and faults of single messages delay, and timed-out writes may take effect
// late; the model of a history allows that. A full, failing or slow disk is the same again: the node ends or
// waits before it acknowledges. A power loss takes what was not synced: nothing under fsync = always,
// acknowledged writes under never. An empty, old, shortened or damaged disk takes acknowledged writes
// whatever is synced, so that fewer than w copies may be left and quorums meet in vain; where the experiment
// says that fewer than w nodes suffer it, each once, a copy of every acknowledged write is left. Clocks
// matter to lww alone, and not to all sources of its stamps. Repair before the answer (blocking, abd) is what
// monotonic reads rest on; otherwise it changes how soon replicas agree, never what is promised: asynchronous
// read repair comes after the answer. Contexts: a put without one supersedes nothing, so under siblings it
// loses nothing either; it only makes siblings grow up to their limit, at which puts are refused. Who
// coordinates changes nothing but whose clock stamps. A session that hands back the token of what it has seen
// has its four guarantees from the token alone, as long as that tells of all keys which the session uses.
// Tombstones that go change nothing where they are kept until nothing is left of what they cover (gc =
// confirmed). With gc = timeout something may be back, and then whatever speaks of what a reader finds is
// off, but not what order writes have: that is in stamps and contexts. A change of the
// ring takes nothing that was acknowledged: whoever becomes a home has merged what n - min(r, w) + 1 old
// homes have before it counts, which meets every w and every r, and until then r and w are wanted of both
// sets. What fewer than w homes have may go with a home that leaves, so that r = n keeps no order of reads.
// Where disks are lost as well, nothing that rests on homes is promised. Seeded bugs are no part of a
// promise: a bug has to break it.
#include "harness/promises.h"

#include <fmt/format.h>

#include <array>

#include "harness/promises/cells.h"

namespace fracas::harness {
namespace {

struct Row {
  std::string_view property;
  Promise (*promise)(const Facts&);
  bool what_is_found = false;  ///< off where something may be back
};
constexpr auto kRows = std::to_array<Row>({
    {"read-your-writes", read_your_writes, true},
    {"monotonic-reads", monotonic_reads, true},
    {"monotonic-writes", monotonic_writes},
    {"writes-follow-reads", writes_follow_reads},
    {"pram", pram, true},
    {"causal", causal, true},
    {"regular", regular, true},
    {"linearizable", linearizable, true},
    {"lost-updates", lost_updates, true},
    {"lost-writes", lost_writes},
    {"durability", durability, true},
    {"no-resurrection", no_resurrection},
    {"ack-count", ack_count, true},
    {"antichain", antichain},
    {"convergence", convergence},
    {"quiescence", quiescence},
    {"no-phantoms", no_phantoms},
    {"honest-failures", honest_failures},
    {"honest-versions", honest_versions},
    {"set-full", objects_of_others},
    {"counter-bounds", objects_of_others},
    {"dequeued-once", objects_of_others},
    {"total-queue", objects_of_others},
    {"unique-ids", objects_of_others},
    {"read-uncommitted", transactional},
    {"read-committed", transactional},
    {"repeatable-read", transactional},
    {"snapshot-isolation", transactional},
    {"serializable", transactional},
    {"strong-session-snapshot-isolation", transactional},
    {"strong-session-serializable", transactional},
    {"strong-snapshot-isolation", transactional},
    {"strict-serializable", transactional},
});

}  // namespace

Promise promise(std::string_view property, const Experiment& experiment,
                const std::set<std::string>& fault_kinds) {
  for (const Row& row : kRows) {
    if (row.property != property) continue;
    const Facts known = facts(experiment, fault_kinds);
    const Promise promised = row.promise(known);
    return promised.guaranteed && row.what_is_found && !known.comes_back.empty() ? back_again(known)
                                                                                 : promised;
  }
  return no(fmt::format("no promise is written down for '{}'", property));
}

}  // namespace fracas::harness
