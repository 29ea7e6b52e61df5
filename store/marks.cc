#include "store/marks.h"

#include <array>

namespace fracas::store {
namespace {

constexpr std::array<MarkInfo, static_cast<std::size_t>(Mark::count)> table{{
    {Mark::write_reached_some, "write_reached_some", "A write reached some homes, but not w in time."},
    {Mark::write_reached_nobody, "write_reached_nobody", "A write could be sent to none of its homes."},
    {Mark::late_acknowledgement, "late_acknowledgement",
     "A home acknowledged a write after its client had been answered."},
    {Mark::repeated_acknowledgement, "repeated_acknowledgement", "A home acknowledged a write twice."},
    {Mark::outdated_context, "outdated_context",
     "A put's context had not seen all siblings that were there."},
    {Mark::sibling_limit_reached, "sibling_limit_reached",
     "A put was refused that would have left too many siblings."},
    {Mark::tombstone_superseded, "tombstone_superseded", "A put wrote a key again that had been deleted."},
    {Mark::blind_delete_beside_values, "blind_delete_beside_values",
     "A delete without context met values, which stayed."},
    {Mark::stamp_above_clock, "stamp_above_clock",
     "A stamp was raised above the wall clock, which had not moved on or had gone back."},
    {Mark::stamp_raised_by_session, "stamp_raised_by_session",
     "A session had seen a stamp above all that its node or the homes knew; its next one was raised above "
     "it."},
    {Mark::stamp_from_the_future, "stamp_from_the_future",
     "A write was refused, because its client had a stamp too far in the future."},
    {Mark::clock_not_followed, "clock_not_followed",
     "The clock of a peer was too far ahead for a hybrid logical clock to follow it."},
    {Mark::commit_awaited, "commit_awaited", "A write waited until its stamp was certainly in the past."},
    {Mark::stamp_query_too_few, "stamp_query_too_few",
     "A write was given up before it was sent: fewer than r homes told their stamps."},
    {Mark::forward_tried_next, "forward_tried_next",
     "A put could not be sent to the first of the homes, and went to the next."},
    {Mark::forward_timed_out, "forward_timed_out", "A forwarded put was not answered in time."},
    {Mark::forward_repeated, "forward_repeated", "A forwarded put arrived twice."},
    {Mark::read_timed_out, "read_timed_out", "A get had not r replies in time."},
    {Mark::late_read_repair, "late_read_repair", "A reply that came after the answer led to a repair."},
    {Mark::read_repair_met_newer, "read_repair_met_newer", "A read repair met a newer write at its target."},
    {Mark::write_back_awaited, "write_back_awaited",
     "A get waited until enough homes held what it had found."},
    {Mark::reply_to_former_incarnation, "reply_to_former_incarnation",
     "A reply was ignored that was meant for an earlier process of the node."},
    {Mark::hint_stored_again, "hint_stored_again",
     "A home missed a second write of a key while the hint of the first was pending."},
    {Mark::hint_refused, "hint_refused", "A hint was over the window or the quota, and not kept."},
    {Mark::hint_found_on_disk, "hint_found_on_disk", "A node found a hint on its disk when it started."},
    {Mark::hint_delivered, "hint_delivered", "A hint was delivered."},
    {Mark::hint_delivered_to_restarted, "hint_delivered_to_restarted",
     "A hint was delivered to a node that had been restarted since it was stored."},
    {Mark::stand_in_acknowledged, "stand_in_acknowledged",
     "A write was acknowledged with a stand-in in a home's place."},
    {Mark::stand_in_replied, "stand_in_replied", "A get was answered with a stand-in in a home's place."},
    {Mark::stand_in_replaced, "stand_in_replaced",
     "A stand-in could not be reached, refused or was silent, and the next one was asked."},
    {Mark::put_away_from_home, "put_away_from_home",
     "A put made its dot on a node that is no home, since no home could be asked."},
    {Mark::exchange_found_nothing, "exchange_found_nothing", "An exchange found both sides equal at once."},
    {Mark::exchange_pulled, "exchange_pulled", "An exchange only brought the initiator what it lacked."},
    {Mark::exchange_pushed, "exchange_pushed", "An exchange only gave the peer what it lacked."},
    {Mark::exchange_both_ways, "exchange_both_ways", "An exchange moved keys both ways."},
    {Mark::exchange_timed_out, "exchange_timed_out",
     "An exchange was cut off: the peer did not answer in time."},
    {Mark::state_lost, "state_lost", "A node noticed that its disk lacked what it had acknowledged."},
    {Mark::caught_up, "caught_up", "A node that had lost state had caught up, and voted again."},
    {Mark::read_refused, "read_refused", "A node that was catching up refused a read."},
    {Mark::acknowledgement_without_vote, "acknowledgement_without_vote",
     "A node that was catching up merged a write, and was not counted."},
    {Mark::write_declined, "write_declined", "A node whose disk took no writes declined a peer's."},
    {Mark::put_refused_read_only, "put_refused_read_only",
     "A node whose disk took no writes refused a client's."},
}};

}  // namespace

std::span<const MarkInfo> marks() { return table; }

}  // namespace fracas::store
