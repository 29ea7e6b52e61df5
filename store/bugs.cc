#include "store/bugs.h"

#include <algorithm>
#include <array>

namespace fracas::store {
namespace {

constexpr std::array<BugInfo, static_cast<std::size_t>(Bug::count)> table{{
    // Quorums and coordination.
    {Bug::quorum_half, "quorum_half", "Q1", "A quorum is computed as n / 2 instead of n / 2 + 1.",
     "CASSANDRA-1487: fix QUORUM calculation for RF > 3", "regular", "bug-quorum-half.toml"},
    {Bug::dup_ack_counted, "dup_ack_counted", "Q2",
     "A repeated acknowledgement of one home counts twice towards w.",
     "Riak counted vnodes, not nodes, until node_confirms (riak_kv 1750)", "regular",
     "bug-dup-ack-counted.toml", "TCP repeats no message within a connection: it takes network.duplicate"},
    {Bug::bucket_quorum_ignored, "bucket_quorum_ignored", "Q5",
     "A get that does not say r waits for one reply, whatever the cluster's r is.",
     "riak_kv 1835: the bucket's r and pr were replaced by a hard-coded value", "regular",
     "bug-bucket-quorum-ignored.toml"},
    {Bug::hint_counts_strict, "hint_counts_strict", "Q6",
     "A hint that the coordinator keeps for a home counts towards w.",
     "Cassandra's consistency level ANY, where a hint is enough", "regular", "bug-hint-counts-strict.toml"},
    {Bug::notfound_fast, "notfound_fast", "Q7",
     "The first reply that says not found is returned without waiting for r replies.",
     "Riak CS 170 and 174: notfound_ok", "regular", "bug-notfound-fast.toml"},
    {Bug::local_drop_no_hint, "local_drop_no_hint", "Q10",
     "A coordinator under load drops its own copy of a write, and counts it all the same.",
     "CASSANDRA-6510: mutations that were dropped locally left no hint", "regular",
     "bug-local-drop-no-hint.toml"},
    {Bug::timeout_as_fail, "timeout_as_fail", "Q11",
     "A put that reached some replicas but not w in time is reported as certainly failed.",
     "Aerospike 3.99.0.3 (Jepsen): informed a client that a write did not succeed when it had",
     "honest-failures", "bug-timeout-as-fail.toml"},
    {Bug::first_reply_wins, "first_reply_wins", "Q13",
     "A get answers from the first reply, although r says to wait for more.",
     "Weaviate 6068: an object obtained in the first query after its deletion", "regular",
     "bug-first-reply-wins.toml"},
    {Bug::n_shrinks_with_alive, "n_shrinks_with_alive", "Q16",
     "Quorums are computed over the homes believed alive, so that a minority has one of its own.",
     "Scylla 5252: the effective consistency level was reduced", "regular", "bug-n-shrinks-with-alive.toml"},
    // Siblings and causality.
    {Bug::vv_no_dots, "vv_no_dots", "S1",
     "Siblings share one version vector: a put that has not seen all of them supersedes none.",
     "riak_kv PR 746: sibling explosion, before dotted version vectors", "regular", "bug-vv-no-dots.toml"},
    {Bug::actor_persistent, "actor_persistent", "S2",
     "A node keeps its actor id when it has lost its state, and issues dots a second time.",
     "riak_kv 679: a node that lost a key's clock had its new writes dropped", "lost-updates",
     "bug-actor-persistent.toml", "a kill -9 loses no state: it takes disk.wipe"},
    {Bug::sibling_cap_drops, "sibling_cap_drops", "S7",
     "A put over max_siblings drops the oldest sibling instead of being refused.",
     "what Riak avoids by failing the put (object.siblings.maximum)", "lost-updates",
     "bug-sibling-cap-drops.toml"},
    {Bug::vv_prune, "vv_prune", "S8",
     "Version vectors are pruned to two actors, so that what was overwritten comes back.",
     "Dynamo's clock truncation; riak_core 613: likely to go berserk in siblings", "regular",
     "bug-vv-prune.toml"},
    {Bug::vv_missing_is_equal, "vv_missing_is_equal", "S10",
     "Version vectors are compared over their common actors only: disjoint histories count as seen.",
     "Voldemort 1.3: fixed vector clock comparisons (voldemort 21)", "regular",
     "bug-vv-missing-is-equal.toml"},
    {Bug::context_ignored, "context_ignored", "S11",
     "A put overwrites all siblings, whatever its context has seen.",
     "Riak with last_write_wins, aphyr.com/posts/285: 30 to 70 % of acknowledged writes lost", "lost-updates",
     "bug-context-ignored.toml"},
    {Bug::merge_truncate_off_by_one, "merge_truncate_off_by_one", "S12",
     "Merging two lists of siblings of equal counters keeps one value too few.",
     "the sublist arithmetic of a dotted version vector set's merge", "lost-updates",
     "bug-merge-truncate-off-by-one.toml"},
    {Bug::forward_coordinates_twice, "forward_coordinates_twice", "S13",
     "A forwarded put that arrives twice is coordinated twice, under two dots.",
     "riak_kv 1046: a forwarded put was coordinated twice", "regular", "bug-forward-coordinates-twice.toml",
     "TCP repeats no message within a connection: it takes network.duplicate"},
    {Bug::forward_tried_elsewhere, "forward_tried_elsewhere", "S13",
     "A forwarded put that is not answered soon is sent to another home, although bytes have gone to the "
     "first.",
     "Riak's retry_put_coordinator_failure", "regular", "bug-forward-tried-elsewhere.toml"},
    {Bug::put_hides_siblings, "put_hides_siblings", "5.1",
     "A put answers with a context that covers siblings which it does not show.",
     "Riak's return_body without the siblings", "durability", "bug-put-hides-siblings.toml"},
    // Last write wins.
    {Bug::tie_by_arrival, "tie_by_arrival", "L2",
     "Stamps are compared by the tick of a coarse clock; of equal ones, the first to arrive stays.",
     "CASSANDRA-1039: replicas broke ties between equal timestamps differently", "regular",
     "bug-tie-by-arrival.toml"},
    // Hints.
    {Bug::hint_deleted_on_send, "hint_deleted_on_send", "H1",
     "A hint is deleted when it has been sent, before its home has acknowledged it.",
     "riak_core PR 96: sync at handoff complete", "convergence", "bug-hint-deleted-on-send.toml"},
    {Bug::hints_only_known_down, "hints_only_known_down", "H7",
     "Only a home to which nothing could be sent gets a hint; one that does not answer in time gets none.",
     "CASSANDRA-2034: timeouts produced no hints", "convergence", "bug-hints-only-known-down.toml"},
    // Anti-entropy.
    {Bug::tree_ignores_delete, "tree_ignores_delete", "M1", "A delete does not update the Merkle tree.",
     "riak_kv PR 478: the hash tree was not updated on delete", "convergence",
     "bug-tree-ignores-delete.toml"},
    {Bug::tree_skips_tombstones, "tree_skips_tombstones", "M2",
     "Anti-entropy takes a deleted key for one that is missing, and copies the old value back.",
     "Weaviate PR 6472: did not distinguish deleted from not present", "durability",
     "bug-tree-skips-tombstones.toml"},
    {Bug::tree_hash_value_only, "tree_hash_value_only", "M3",
     "The Merkle tree hashes values without their clocks.",
     "riak_kv 1659: the tree moved to hashes of sorted clocks", "convergence",
     "bug-tree-hash-value-only.toml"},
    {Bug::exchange_older_wins, "exchange_older_wins", "M11",
     "Anti-entropy copies the initiator's version, also over a newer one.",
     "Weaviate PR 12028: asynchronous replication overwrote newer objects", "durability",
     "bug-exchange-older-wins.toml"},
    // Deletes.
    {Bug::delete_blind, "delete_blind", "T4", "A delete removes all siblings, whatever its context has seen.",
     "Riak deletes without a vector clock", "durability", "bug-delete-blind.toml"},
    // The ring.
    {Bug::prefs_same_node, "prefs_same_node", "Q3",
     "The preference list takes the next n partitions, also where one node owns two of them.",
     "riak 381 and riak_core 913: violations at the ring's tail", "convergence", "bug-prefs-same-node.toml"},
    {Bug::token_wraparound, "token_wraparound", "G7",
     "Gets look for keys of the last partition in the first one.", "CASSANDRA-902: ranges that wrap around",
     "read-your-writes", "bug-token-wraparound.toml"},
}};

}  // namespace

std::span<const BugInfo> bugs() { return table; }

std::optional<Bug> find_bug(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const BugInfo& info) { return info.name == name; });
  if (found == table.end()) return std::nullopt;
  return found->bug;
}

}  // namespace fracas::store
