#include "checker/property.h"

#include <array>

#include "checker/properties/all.h"
#include "checker/properties/isolation_levels.h"

namespace fracas::checker {
namespace {

constexpr std::array kProperties = {
    PropertyInfo{
        "read-your-writes",
        "A session that reads a key after its own acknowledged write or delete sees it or something newer.",
        "reads after an own write", check_read_your_writes},
    PropertyInfo{"monotonic-reads", "What a session has read, it reads again, or something newer.",
                 "reads after a read", check_monotonic_reads},
    PropertyInfo{"monotonic-writes",
                 "A session's acknowledged writes take effect in its order (with siblings: those that sent a "
                 "context).",
                 "writes after an own write", check_monotonic_writes},
    PropertyInfo{
        "writes-follow-reads",
        "An acknowledged write comes after what its session had read (with siblings: if it sent a context).",
        "writes after a read", check_writes_follow_reads},
    PropertyInfo{"pram", "Each session sees the writes of every session in that session's order.", "reads",
                 check_pram},
    PropertyInfo{
        "causal",
        "One order of all writes agrees with what sessions had seen, and every read returns the last "
        "write of its key that its session can know of.",
        "reads", check_causal},
    PropertyInfo{"regular",
                 "A read returns a write that was not superseded before the read began (with siblings: "
                 "everything that "
                 "was acknowledged before, or what superseded it).",
                 "reads", check_regular},
    PropertyInfo{"linearizable",
                 "All operations on a key can be put in one order, in real time, that explains every answer.",
                 "operations", check_linearizable},
    PropertyInfo{
        "lost-updates",
        "The effect of every acknowledged update of a set, list, cart or counter is in its final state.",
        "updates", check_lost_updates},
    PropertyInfo{
        "lost-writes",
        "No acknowledged write loses, in last-write-wins order, to one that had ended before it began.",
        "writes", check_lost_writes},
    PropertyInfo{"durability", "At the end every acknowledged write is there or superseded.", "writes",
                 check_durability},
    PropertyInfo{
        "no-resurrection",
        "Once the replicas have exchanged what they have, none holds what an acknowledged delete had seen.",
        "deletes", check_no_resurrection},
    PropertyInfo{"ack-count",
                 "An acknowledged write is on at least w home replicas, or what superseded it is.", "writes",
                 check_ack_count},
    PropertyInfo{
        "antichain",
        "No answer and no replica shows a sibling beside one that had superseded it, nor one version twice.",
        "answers", check_antichain},
    PropertyInfo{
        "convergence",
        "Once every pair of replicas has exchanged what it has, all home replicas of a key are equal.",
        "keys", check_convergence},
    PropertyInfo{"quiescence", "Once the replicas have settled, nothing is repaired or written any more.",
                 "nodes", check_quiescence},
    PropertyInfo{"set-full",
                 "What was added to a set and acknowledged stays: no read misses it for good, none shows it "
                 "twice.",
                 "elements", check_set_full},
    PropertyInfo{"counter-bounds",
                 "A read of a counter lies between what had certainly been added and what may have been.",
                 "reads", check_counter_bounds},
    PropertyInfo{"dequeued-once", "What comes out of a queue had been put in, and comes out once.",
                 "dequeues", check_dequeued_once},
    PropertyInfo{"total-queue", "What was put into a queue and acknowledged comes out of it.", "enqueues",
                 check_total_queue},
    PropertyInfo{"unique-ids", "No two operations that generate something are given the same.", "answers",
                 check_unique_ids},
    PropertyInfo{"no-phantoms", "No value is seen that nobody wrote.", "values seen", check_no_phantoms},
    PropertyInfo{"honest-failures", "A value whose write was reported as failed is never seen.",
                 "values seen", check_honest_failures},
    PropertyInfo{"honest-versions",
                 "A stamp is that of one write, and a value is seen under the stamp of its write.",
                 "versions seen", check_honest_versions},
    PropertyInfo{"read-uncommitted", "Transactions: no two write over each other (Adya's PL-1).",
                 "transactions", check_read_uncommitted},
    PropertyInfo{"read-committed",
                 "Transactions: nothing is read that failed or was written over by its own transaction, and "
                 "information does "
                 "not flow in circles (PL-2).",
                 "transactions", check_read_committed},
    PropertyInfo{
        "repeatable-read",
        "Transactions: they could have happened one after the other, as far as single items tell (PL-2.99).",
        "transactions", check_repeatable_read},
    PropertyInfo{
        "snapshot-isolation",
        "Transactions: each reads a snapshot, and of two that write the same key at the same time one fails.",
        "transactions", check_snapshot_isolation},
    PropertyInfo{"serializable", "Transactions: they could have happened one after the other.",
                 "transactions", check_serializable},
    PropertyInfo{"strong-session-snapshot-isolation",
                 "Transactions: snapshots, and each has what its session did and saw before.", "transactions",
                 check_session_snapshot_isolation},
    PropertyInfo{"strong-session-serializable",
                 "Transactions: one after the other, in an order that agrees with that of each session.",
                 "transactions", check_session_serializable},
    PropertyInfo{"strong-snapshot-isolation",
                 "Transactions: snapshots, and each has whatever was acknowledged before it began.",
                 "transactions", check_strong_snapshot_isolation},
    PropertyInfo{"strict-serializable",
                 "Transactions: one after the other, in an order that agrees with real time.", "transactions",
                 check_strict_serializable},
};

}  // namespace

std::string_view to_string(Result result) {
  constexpr std::array<std::string_view, 4> kNames = {"holds", "violated", "unknown", "not-applicable"};
  return kNames.at(static_cast<std::size_t>(result));
}

std::span<const PropertyInfo> properties() { return kProperties; }

const PropertyInfo* find_property(std::string_view name) {
  for (const PropertyInfo& property : kProperties) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

}  // namespace fracas::checker
