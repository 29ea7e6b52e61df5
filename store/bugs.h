// The seeded bugs: one table. The logic asks `bugs.has(Bug::first_reply_wins)` at the one place where the bug
// bites.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fracas::store {

enum class Bug : std::uint8_t {
  // Quorums and coordination.
  quorum_half,
  dup_ack_counted,
  bucket_quorum_ignored,
  hint_counts_strict,
  notfound_fast,
  ack_on_receipt,
  local_drop_no_hint,
  timeout_as_fail,
  first_reply_wins,
  n_shrinks_with_alive,
  primaries_checked_early,
  coord_read_cache,
  // Read repair.
  rr_overwrites_siblings,
  rr_tombstone_as_missing,
  rr_forever,
  rr_not_awaited,
  // Siblings and causality.
  vv_no_dots,
  actor_persistent,
  actor_id_collision,
  sibling_cap_drops,
  vv_prune,
  vv_missing_is_equal,
  context_ignored,
  merge_truncate_off_by_one,
  forward_coordinates_twice,
  forward_tried_elsewhere,
  put_hides_siblings,
  equal_vv_drop,
  stand_in_actor_reused,
  // Last write wins.
  tie_by_arrival,
  replica_stamps,
  wall_no_guard,
  future_ts_accepted,
  tombstone_tie_split,
  query_ignores_ctx,
  hlc_lease_forgotten,
  commit_wait_skipped,
  // Hints.
  hint_deleted_on_send,
  hints_only_known_down,
  handoff_blind_put,
  hint_forgotten_on_restart,
  hint_quota_silent,
  hint_holder_is_origin,
  hint_expires,
  // Anti-entropy.
  tree_ignores_delete,
  tree_skips_tombstones,
  tree_hash_value_only,
  exchange_older_wins,
  ae_false_repair_loop,
  // Deletes.
  delete_blind,
  tombstone_always_wins,
  // Giving tombstones up.
  reap_by_quorum,
  reap_ignores_hints,
  reap_ignores_late_writes,
  reap_ignores_late_repairs,
  reap_unconditional,
  reap_keeps_actor,
  reap_ignores_old_copies,
  // Disks.
  ack_before_fsync,
  fsync_error_retry_ok,
  enospc_acked,
  rotate_race,
  ack_before_interval,
  // Lost state.
  restore_votes_immediately,
  catchup_from_one,
  catchup_without_wait,
  corruption_as_missing,
  // The ring.
  prefs_same_node,
  token_wraparound,
  // Changes of the ring.
  join_serves_early,
  no_pending_writes,
  bootstrap_one_source,
  concurrent_ring_changes,
  ring_epoch_not_checked,
  ae_stops_after_ring_change,
  // Clients and sessions.
  client_id_reuse,
  session_token_max_only,
  session_write_forgotten,
  session_ignored_by_writes,
  session_gives_up,
  count
};

struct BugInfo {
  Bug bug;
  std::string_view name;         ///< as in bugs = [...]
  std::string_view catalogue;    ///< "Q13", field notes' row
  std::string_view sentence;     ///< what goes wrong
  std::string_view modelled_on;  ///< the real incident
  std::string_view caught_by;    ///< the property that it breaks, or "script": what an operation is to see
  std::string_view experiment;   ///< file name below workloads/experiments/ that must catch it
  /// Why the local world cannot show it; empty: it can.
  std::string_view only_simulated = {};
  bool needs_real_kernel = false;  ///< then the simulation is not expected to catch it
};

std::span<const BugInfo> bugs();
std::optional<Bug> find_bug(std::string_view name);

class BugSet {
 public:
  bool has(Bug bug) const { return bits_[static_cast<std::size_t>(bug)]; }
  void add(Bug bug) { bits_.set(static_cast<std::size_t>(bug)); }
  bool any() const { return bits_.any(); }

 private:
  std::bitset<static_cast<std::size_t>(Bug::count)> bits_;
};

}  // namespace fracas::store
