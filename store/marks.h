// Coverage marks: named places that good runs must reach. What a run has never met, it says nothing about.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fracas::store {

enum class Mark : std::uint8_t {
  // Puts and deletes.
  write_reached_some,
  write_reached_nobody,
  late_acknowledgement,
  repeated_acknowledgement,
  outdated_context,
  sibling_limit_reached,
  tombstone_superseded,
  blind_delete_beside_values,
  stamp_above_clock,
  stamp_raised_by_session,
  stamp_from_the_future,
  clock_not_followed,
  commit_awaited,
  stamp_query_too_few,
  forward_tried_next,
  forward_timed_out,
  forward_repeated,
  // Gets.
  read_timed_out,
  late_read_repair,
  read_repair_met_newer,
  write_back_awaited,
  reply_to_former_incarnation,
  // Hints.
  hint_stored_again,
  hint_refused,
  hint_found_on_disk,
  hint_delivered,
  hint_delivered_to_restarted,
  // Stand-ins.
  stand_in_acknowledged,
  stand_in_replied,
  stand_in_replaced,
  put_away_from_home,
  // Anti-entropy.
  exchange_found_nothing,
  exchange_pulled,
  exchange_pushed,
  exchange_both_ways,
  exchange_timed_out,
  // Tombstones.
  tombstone_dropped,
  tombstone_not_agreed,
  message_too_late,
  // Lost state.
  state_lost,
  caught_up,
  read_refused,
  acknowledgement_without_vote,
  // Full disks.
  write_declined,
  put_refused_read_only,
  // Sessions, and clients that coordinate themselves.
  session_waited,
  session_outran_homes,
  session_key_forgotten,
  dot_made_for_client,
  copy_merged_for_client,
  copy_without_vote,
  // Changes of the ring.
  write_met_ring,
  read_met_ring,
  count
};

struct MarkInfo {
  Mark mark;
  std::string_view name;
  std::string_view sentence;
};

std::span<const MarkInfo> marks();

/// Which have been reached.
class MarkSet {
 public:
  void reach(Mark mark) { bits_.set(static_cast<std::size_t>(mark)); }
  bool has(Mark mark) const { return bits_[static_cast<std::size_t>(mark)]; }
  MarkSet& operator|=(const MarkSet& other) {
    bits_ |= other.bits_;
    return *this;
  }

 private:
  std::bitset<static_cast<std::size_t>(Mark::count)> bits_;
};

}  // namespace fracas::store
