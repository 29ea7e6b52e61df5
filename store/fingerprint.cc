#include "store/fingerprint.h"

#include <cassert>
#include <sstream>

#include "store/anti_entropy.h"
#include "store/coordinator.h"
#include "store/effect_queue.h"
#include "store/membership.h"
#include "store/session_token.h"
#include "store/tombstones.h"
#include "store/wire.h"

namespace fracas::store {

void Fingerprint::put(const ReplyToClient& reply) {
  const auto& [id, error, values, context, clock, acks, fallbacks, session, forgotten, state] = reply;
  add(id, error.has_value(), values, context, clock, acks, fallbacks, session, forgotten, state);
  if (error) add(error->kind, error->field, error->message);
}

void Task::fingerprint(Fingerprint& out) const {
  const auto& [task_kind, operation] = *this;
  out.add(task_kind, operation);
}

void Agenda::fingerprint(Fingerprint& out) const {
  const auto& [tasks, timer, armed_for] = *this;
  out.add(tasks, timer, armed_for);
}

void FailureDetector::fingerprint(Fingerprint& out) const {
  const auto& [limit, misses] = *this;
  out.add(misses);
}

void StandIns::Seat::fingerprint(Fingerprint& out) const {
  const auto& [who, heard] = *this;
  out.add(who, heard);
}

void StandIns::fingerprint(Fingerprint& out) const {
  const auto& [others, were_some, taken, acting] = *this;
  out.add(others, were_some, taken, acting);
}

void FallbackCopies::Copy::fingerprint(Fingerprint& out) const {
  const auto& [own, made, size] = *this;
  out.add(own, KeyState(made));
}

void FallbackCopies::fingerprint(Fingerprint& out) const {
  const auto& [node, copies, size] = *this;
  out.add(copies);
}

void StampClock::fingerprint(Fingerprint& out) const {
  const auto& [source, offset, error, bugs, actor, last_us, bound_us, sequence] = *this;
  out.add(actor, last_us, bound_us, sequence);
}

/// Trees follow from the leaves, and those from the copies, but for a seeded bug that leaves one as it was.
void Replica::fingerprint(Fingerprint& out) const {
  const auto& [bugs, copies, refused, forest, removed, by_siblings, all_values, most_siblings, changed] =
      *this;
  out.add(copies.size(), refused.size());
  for (const auto& [key, leaf] : refused) out.add(key, leaf.low, leaf.high);
  for (const auto& [position, copy] : copies) out.add(position, copy.state, copy.leaf.low, copy.leaf.high);
}

void Homes::fingerprint(Fingerprint& out) const {
  const auto& [all, now, next, wanted] = *this;
  out.add(all, now, next);
}

void RingDocument::fingerprint(Fingerprint& out) const {
  const auto& [bugs, number, now, next] = *this;
  out.add(number, now.owners(), next ? next->owners() : Ring::Owners());
}

void RingAgreement::Proposal::fingerprint(Fingerprint& out) const {
  const auto& [asked, carried, round, under, said_yes, have_it, second, sent, again, ends, waits] = *this;
  out.add(asked, carried, round, under, said_yes, have_it, second, sent, again, ends, waits);
}

void RingAgreement::fingerprint(Fingerprint& out) const {
  const auto& [node, voting, highest, ballot, document, blank, on_disk, forgot, started, asks, told, heard_of,
               own, decided] = *this;
  out.add(highest, ballot, document, blank, forgot, started, asks, told, heard_of, own, decided);
}

void Membership::fingerprint(Fingerprint& out) const {
  const auto& [node, exchanges, votes, handoff, operations, agreed, moved] = *this;
  out.add(agreed, moved);
}

void RingMove::fingerprint(Fingerprint& out) const {
  const auto& [node, exchanges, agreed, merged, there, since, next, told] = *this;
  for (const std::uint64_t from : merged) out.add(from);
  out.add(there, since, next, told);
}

/// The options are those of the incarnation.
void Shared::fingerprint(Fingerprint& out) const {
  const auto& [given, placed, own, stamp_clock, copies, tasks, suspects, watched, counted, reached, seen,
               others, written, quiet, not_voting, gained, renewed, first, latest] = *this;
  out.add(own, stamp_clock, copies, tasks, suspects, latest, others, written.now, written.counts, quiet,
          not_voting, gained, renewed, placed);
}

void PeerMemory::Peer::fingerprint(Fingerprint& out) const {
  const auto& [confirmed, sent, all, who, questions] = *this;
  out.add(confirmed, sent, all, who, questions);
}

void PeerMemory::fingerprint(Fingerprint& out) const {
  const auto& [peers] = *this;
  out.add(peers);
}

void Rejoin::Answer::fingerprint(Fingerprint& out) const {
  const auto& [confirmed, sent, all, nothing, when] = *this;
  out.add(confirmed, sent, all, nothing, when);
}

void Rejoin::Merged::fingerprint(Fingerprint& out) const {
  const auto& [at_all, after_wait, with_vote] = *this;
  out.add(at_all, after_wait, with_vote);
}

void Rejoin::fingerprint(Fingerprint& out) const {
  const auto& [node, exchanges, handoff, on_disk, started, sure, found, lost, unseen, replies, merged] =
      *this;
  out.add(on_disk, started, sure, found, lost, unseen, replies);
  for (const Merged& one : merged) out.add(one);
}

void Tombstones::Age::fingerprint(Fingerprint& out) const {
  const auto& [of, since] = *this;
  out.add(of.high, of.low, since);
}

void Tombstones::Candidate::fingerprint(Fingerprint& out) const {
  const auto& [tombstone, yes] = *this;
  out.add(tombstone, yes);
}

void Tombstones::Round::fingerprint(Fingerprint& out) const {
  const auto& [id, twice, until, asked] = *this;
  out.add(id, twice, until, asked);
}

void Tombstones::fingerprint(Fingerprint& out) const {
  const auto& [node, handoff, put, ages, next, dropped, round] = *this;
  out.add(ages, next, dropped, round);
}

void Origin::fingerprint(Fingerprint& out) const {
  const auto& [own_client, other, token, copy_only] = *this;
  out.add(own_client, other, token ? token->text() : std::string(), copy_only);
}

void Reads::Copy::fingerprint(Fingerprint& out) const {
  const auto& [who, copy, counted] = *this;
  out.add(who, copy);
}

void Reads::Cached::fingerprint(Fingerprint& out) const {
  const auto& [answer, until] = *this;
  out.add(answer, until);
}

void Reads::WriteBack::fingerprint(Fingerprint& out) const {
  const auto& [answer, at, to, enough, have, lost] = *this;
  out.add(answer, at, to, enough, have, lost);
}

void Reads::Read::fingerprint(Fingerprint& out) const {
  const auto& [from, of_key, at, enough, how, limit, deadline, heard, all, never_sent, silent, back, others,
               patient, impatient, done] = *this;
  out.add(from, of_key, at, enough, how, limit, deadline, heard, all, never_sent, silent, back, others,
          patient, impatient, done);
}

void Reads::fingerprint(Fingerprint& out) const {
  const auto& [node, handoff, reads, cache] = *this;
  out.add(reads, cache);
}

void Writes::Write::fingerprint(Fingerprint& out) const {
  const auto& [from, what, of_key, copy, good, at, enough, limit, deadline, heard, again, never_sent, silent,
               no_vote, others, patient, impatient, from_home, elsewhere, waits, done] = *this;
  out.add(from, what, of_key, copy, good, at, enough, limit, deadline, heard, again, never_sent, silent,
          no_vote, others, patient, impatient, from_home, elsewhere, waits, done);
}

void Writes::fingerprint(Fingerprint& out) const {
  const auto& [node, handoff, own_copies, writes] = *this;
  out.add(own_copies, writes);
}

/// Of a write nobody has a copy of yet, only what it asks for matters.
void StampQueries::Query::fingerprint(Fingerprint& out) const {
  const auto& [write, enough, deadline, highest, told, lost] = *this;
  out.add(write.origin, write.verb, write.key, write.value, write.homes, write.wanted, write.seen_us, enough,
          deadline, highest, told, lost);
}

void StampQueries::fingerprint(Fingerprint& out) const {
  const auto& [node, queries] = *this;
  out.add(queries);
}

void Forwards::Forward::fingerprint(Fingerprint& out) const {
  const auto& [asked, home, others, deadline, gives_up] = *this;
  out.add(asked.origin, asked.verb, asked.key, asked.value, asked.token, asked.homes, asked.wanted,
          asked.timeout_ns, home, others, deadline, gives_up);
}

void Forwards::fingerprint(Fingerprint& out) const {
  const auto& [node, own_writes, forwards] = *this;
  out.add(forwards);
}

void HintedHandoff::Hint::fingerprint(Fingerprint& out) const {
  const auto& [copy, size, wall, stored, under_way, was] = *this;
  out.add(copy, wall, stored, under_way);
}

void HintedHandoff::Delivery::fingerprint(Fingerprint& out) const {
  const auto& [to, of_key, expires] = *this;
  out.add(to, of_key, expires);
}

void HintedHandoff::Target::fingerprint(Fingerprint& out) const {
  const auto& [kept, under_way, away_since] = *this;
  out.add(kept, under_way, away_since);
}

void HintedHandoff::fingerprint(Fingerprint& out) const {
  const auto& [node, targets, deliveries, all, size] = *this;
  out.add(targets, deliveries);
}

void Repetitions::fingerprint(Fingerprint& out) const {
  const auto& [seen, order] = *this;
  out.add(seen, std::vector(order.begin(), order.end()));
}

void Coordinator::fingerprint(Fingerprint& out) const {
  const auto& [node, reads, queries, writes, forwards, repetitions] = *this;
  out.add(reads, queries, writes, forwards, repetitions);
}

void AntiEntropy::Exchange::fingerprint(Fingerprint& out) const {
  const auto& [id, at, walks, states, again, deadline, begun] = *this;
  out.add(id, at, walks, states, deadline, begun);
}

/// An idle queue remembers nothing but, with one bug, how often it has synced.
void EffectQueue::fingerprint(Fingerprint& out) const {
  const auto& [outlets, fsync, bugs, syncs, sync_due, running, awaited, given_up, behind_running, gathered,
               behind_gathered] = *this;
  assert(idle() && !given_up);
  if (bugs.has(Bug::rotate_race)) out.add(syncs);
}

/// The jitter is drawn once for each round, and each round has a task in the agenda.
void AntiEntropy::fingerprint(Fingerprint& out) const {
  const auto& [node, common, finished, exchanges, draws] = *this;
  std::ostringstream generator;
  generator << draws;
  const Hash hash = hash128(generator.str());
  out.add(exchanges, hash.high, hash.low);
}

}  // namespace fracas::store
