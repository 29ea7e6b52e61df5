#include "store/writes.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "store/describe.h"
#include "store/sibling_put.h"

namespace fracas::store {
namespace {

constexpr std::size_t busy = 8;  ///< writes in flight, with bug local_drop_no_hint

}  // namespace

ErrorKind kind_of_unfinished_write(const BugSet& bugs) {
  return bugs.has(Bug::timeout_as_fail) ? ErrorKind::unavailable : ErrorKind::unknown_outcome;
}

bool Writes::Write::settled() const {
  return std::all_of(homes.begin(), homes.end(), [this](NodeIndex home) {
    return acks.contains(home) || stand_ins.has_answered(home) || lost(home);
  });
}

std::size_t Writes::Write::fallbacks() const {
  if (!stand_ins.any()) return 0;
  return static_cast<std::size_t>(std::count_if(homes.begin(), homes.end(), [this](NodeIndex home) {
    return !acks.contains(home) && stand_ins.has_answered(home);
  }));
}

void Writes::begin(Step& step, Request request) {
  if (shared_.read_only()) {
    shared_.marks.reach(Mark::put_refused_read_only);
    return refuse(step, shared_, request.origin, request.verb,
                  {ErrorKind::read_only, "",
                   "the disk of " + shared_.name(shared_.self()) + " takes no writes; nothing was written"});
  }
  Write write;
  write.origin = request.origin;
  write.verb = request.verb;
  write.key = request.key;
  write.homes = request.homes;
  write.wanted = static_cast<std::size_t>(request.wanted);
  write.timeout_ns = request.timeout_ns;
  write.deadline_ns = step.now().steady_ns + request.timeout_ns;
  if (shared_.config().conflict == Conflict::lww) {
    prepare_lww(step, request, write);
  } else if (!prepare_siblings(step, request, write)) {
    return;
  }
  const OperationId operation = shared_.next_operation();
  const auto entry = writes_.emplace(operation, std::move(write)).first;
  shared_.agenda.add(entry->second.deadline_ns, {Task::Kind::write, operation});
  entry->second.stand_ins = stand_ins_for(shared_, request);
  commit(step, entry);
}

/// Sends the write, or comes back when its stamp is past. A clock that does not get there is left to the
/// deadline.
void Writes::commit(Step& step, Entry entry) {
  auto& [operation, write] = *entry;
  const auto* cell = std::get_if<LwwCell>(&write.state);
  const std::int64_t wait_us = cell == nullptr ? 0 : shared_.stamps.wait_us(cell->stamp, step.now().wall_us);
  write.uncommitted = wait_us > 0;
  if (write.uncommitted) {
    const std::int64_t left_us = (write.deadline_ns - step.now().steady_ns) / 1000 + 1;
    shared_.agenda.add(step.now().steady_ns + std::min(wait_us, left_us) * 1000,
                       {Task::Kind::commit, operation});
    return;
  }
  be_patient(step, operation, write);
  send_to_homes(step, operation, write);
  proceed(step, entry);
}

void Writes::try_commit(Step& step, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry == writes_.end() || !entry->second.uncommitted) return;
  shared_.marks.reach(Mark::commit_awaited);
  commit(step, entry);
}

/// The put itself: on this home's copy, which is written down before anybody is told that it holds, or on one
/// away from home, which nobody is told of. False: refused, and nothing was done.
bool Writes::prepare_siblings(Step& step, const Request& request, Write& write) {
  const auto& homes = request.homes;
  write.away = !homes.contains(shared_.self());
  const FallbackCopies::Copy* mine = write.away ? &away_.of(request.key) : nullptr;
  const KeyState copy = write.away ? KeyState(mine->set) : shared_.replica.find(request.key);
  auto put = put_beside(shared_, request, copy, write.away ? mine->actor : shared_.actor_for(request.key));
  if (!put) {
    refuse(step, shared_, request.origin, request.verb, put.error());
    return false;
  }
  write.on_success = std::move(put->answer);
  write.state = put->set;
  if (request.origin.of_copy) encode(write.state, write.on_success.state);
  if (write.away) {
    shared_.marks.reach(Mark::put_away_from_home);
    away_.replace(request.key, std::move(put->set), put->value_bytes);
  } else {
    shared_.replica.replace(step, request.key, std::move(put->set));
  }
  return true;
}

void Writes::prepare_lww(Step& step, const Request& request, Write& write) {
  const bool of_client = shared_.config().stamp == StampSource::client;
  const Stamp stamp = of_client ? shared_.stamps.of_client(request.stamp_us)
                                : shared_.stamps.next(step.now().wall_us, request.seen_us);
  if (stamp.wall_us > step.now().wall_us) shared_.marks.reach(Mark::stamp_above_clock);
  write.state = LwwCell{stamp, request.written()};
  write.on_success.values = live_values(write.state);
  write.on_success.clock = clock_json(write.state, shared_.options.names);
}

void Writes::send_to_homes(Step& step, OperationId operation, Write& write) {
  const bool dropped = shared_.config().bugs.has(Bug::local_drop_no_hint) && writes_.size() > busy;
  for (const NodeIndex home : write.homes) {
    if (home != shared_.self()) continue;
    if (!dropped) shared_.replica.merge(step, write.key, write.state);
    if (shared_.votes(write.key)) {
      write.acks.emplace(home, shared_.incarnation);
    } else {
      write.failed.insert(home);
      write.voteless.insert(home);
    }
  }
  for (const NodeIndex home : write.homes) {
    if (home != shared_.self())
      step.send(home,
                WriteRequest{operation, write.key, write.state, shared_.sequence.now, copies_until(write)});
  }
  for (const NodeIndex home : write.homes) {
    if (shared_.detector.believes_down(home) || write.voteless.contains(home))
      call_stand_in(step, operation, write, home);
  }
}

void Writes::call_stand_in(Step& step, OperationId operation, Write& write, NodeIndex home) {
  while (const auto node = write.stand_ins.call(home)) {
    if (*node != shared_.self()) {
      step.send(*node, HintRequest{operation, home, write.key, write.state, copies_until(write)});
      return;
    }
    if (hints_.keep(step, home, write.key, write.state)) {
      ++shared_.counters.fallback_acks;
      write.stand_ins.answered(home);
      return;
    }
    write.stand_ins.refused(home);
  }
}

/// A copy of a write may be merged as long as the write lasts.
std::int64_t Writes::copies_until(const Write& write) const {
  return shared_.config().bugs.has(Bug::reap_ignores_late_writes) ? 0 : shared_.until(write.deadline_ns);
}

void Writes::be_patient(Step& step, OperationId operation, Write& write) {
  write.patient_until_ns = 0;
  if (!write.stand_ins.any()) return;
  const std::int64_t until =
      step.now().steady_ns + std::min(shared_.config().patience_ns, write.timeout_ns / 2);
  if (until >= write.deadline_ns) return;
  write.patient_until_ns = until;
  shared_.agenda.add(until, {Task::Kind::patience, operation});
}

bool Writes::lose_patience(Step& step, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry == writes_.end()) return false;
  Write& write = entry->second;
  for (const NodeIndex home : write.homes) {
    if (write.acks.contains(home) || write.stand_ins.has_answered(home)) continue;
    if (const auto silent = write.stand_ins.awaited(home)) {
      shared_.detector.unanswered(*silent);
      shared_.marks.reach(Mark::stand_in_replaced);
      write.stand_ins.silent(home);
    } else if (!write.lost_patience && !write.failed.contains(home)) {
      shared_.detector.unanswered(home);
    }
    call_stand_in(step, operation, write, home);
  }
  write.lost_patience = true;
  be_patient(step, operation, write);
  proceed(step, entry);
  return true;
}

void Writes::stand_in_replied(Step& step, NodeIndex from, const HintReply& reply) {
  const auto entry = writes_.find(reply.operation);
  if (entry == writes_.end()) return;
  Write& write = entry->second;
  if (write.stand_ins.awaited(reply.target) != from) return;
  if (reply.kept) {
    ++shared_.counters.fallback_acks;
    write.stand_ins.answered(reply.target);
  } else {
    shared_.marks.reach(Mark::stand_in_replaced);
    write.stand_ins.refused(reply.target);
    call_stand_in(step, reply.operation, write, reply.target);
  }
  proceed(step, entry);
}

void Writes::stand_in_not_reached(Step& step, NodeIndex to, const HintRequest& request) {
  const auto entry = writes_.find(request.operation);
  if (entry == writes_.end() || entry->second.stand_ins.awaited(request.target) != to) return;
  shared_.marks.reach(Mark::stand_in_replaced);
  entry->second.stand_ins.refused(request.target);
  call_stand_in(step, request.operation, entry->second, request.target);
  proceed(step, entry);
}

bool Writes::acknowledged(Step& step, NodeIndex from, const WriteReply& reply) {
  const auto entry = writes_.find(reply.operation);
  if (entry == writes_.end()) return false;
  Write& write = entry->second;
  const bool home = write.homes.contains(from);
  if (!home || from == shared_.self()) return true;
  if (!write.answered && shared_.is_over(step.now(), write.deadline_ns)) {
    time_out(step, reply.operation);
    return true;
  }
  write.unsent.erase(from);
  if (!reply.votes) {
    if (write.acks.contains(from)) return true;
    write.failed.insert(from);
    write.voteless.insert(from);
    call_stand_in(step, reply.operation, write, from);
    proceed(step, entry);
    return true;
  }
  write.failed.erase(from);
  if (write.answered) shared_.marks.reach(Mark::late_acknowledgement);
  if (write.acks.contains(from)) {
    shared_.marks.reach(Mark::repeated_acknowledgement);
    ++write.repeated_acks;
  }
  write.acks[from] = reply.incarnation;
  proceed(step, entry);
  return true;
}

bool Writes::send_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry == writes_.end()) return false;
  Write& write = entry->second;
  const bool waiting = write.homes.contains(to);
  if (!waiting || write.acks.contains(to)) return true;
  write.unsent.insert(to);
  write.failed.insert(to);
  call_stand_in(step, operation, write, to);
  proceed(step, entry);
  return true;
}

bool Writes::declined(Step& step, NodeIndex from, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry == writes_.end()) return false;
  Write& write = entry->second;
  const bool home = write.homes.contains(from);
  if (!home || write.acks.contains(from)) return true;
  write.unsent.erase(from);
  write.failed.insert(from);
  call_stand_in(step, operation, write, from);
  proceed(step, entry);
  return true;
}

void Writes::ring_changed(Step& step) {
  std::vector<OperationId> open;
  for (const auto& [operation, write] : writes_) open.push_back(operation);
  for (const OperationId operation : open) ask_again(step, operation);
}

void Writes::ask_again(Step& step, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry->second.answered) {
    for (const NodeIndex home : entry->second.homes)
      if (!entry->second.acks.contains(home)) entry->second.failed.insert(home);
    return finish(step, entry);
  }
  shared_.marks.reach(Mark::write_met_ring);
  Write write = std::move(entry->second);
  forget(entry, write);
  write.homes = shared_.ring.homes(write.key, static_cast<int>(write.homes.n()));
  write.acks.clear();
  write.unsent.clear();
  write.failed.clear();
  write.voteless.clear();
  write.asked_before = !write.uncommitted;
  const OperationId again = shared_.next_operation();
  const auto anew = writes_.emplace(again, std::move(write)).first;
  shared_.agenda.add(anew->second.deadline_ns, {Task::Kind::write, again});
  commit(step, anew);
}

void Writes::time_out(Step& step, OperationId operation) {
  const auto entry = writes_.find(operation);
  if (entry == writes_.end()) return;
  Write& write = entry->second;
  if (write.uncommitted) {
    refuse(step, shared_, write.origin, write.verb,
           {ErrorKind::unavailable, "",
            "the clock of " + shared_.name(shared_.self()) +
                " has not passed the write's stamp in time; nothing was written"});
    writes_.erase(entry);
    return;
  }
  for (const NodeIndex home : write.homes) {
    if (const auto silent = write.stand_ins.awaited(home)) {
      shared_.detector.unanswered(*silent);
      write.stand_ins.silent(home);
    }
    if (write.acks.contains(home) || !write.failed.insert(home).second) continue;
    if (!write.lost_patience) shared_.detector.unanswered(home);
  }
  proceed(step, entry);
}

std::size_t Writes::votes(const Write& write) const {
  const Config& config = shared_.config();
  std::size_t votes = write.heard();
  if (config.bugs.has(Bug::dup_ack_counted)) votes += write.repeated_acks;
  if (config.bugs.has(Bug::hint_counts_strict) && config.hints == Hints::coordinator)
    votes += write.failed.size();
  return votes;
}

void Writes::proceed(Step& step, Entry entry) {
  Write& write = entry->second;
  if (!write.answered && votes(write) >= write.wanted) {
    write.answered = true;
    write.on_success.acks = static_cast<int>(write.acks.size());
    write.on_success.fallbacks = static_cast<int>(write.fallbacks());
    if (write.on_success.fallbacks > 0) shared_.marks.reach(Mark::stand_in_acknowledged);
    show_session(shared_, write.origin, write.verb, write.key, write.state);
    answer(step, shared_, write.origin, write.verb, std::move(write.on_success));
  }
  const std::size_t left = write.homes.least([&](NodeIndex home) { return !write.lost(home); });
  const bool hopeless = left < write.wanted;
  // What the last home says decides between "unknown" and "certainly nothing", unless that is decided
  // already.
  if (!write.answered && hopeless && (write.settled() || write.heard() > 0)) fail(step, write);
  if (write.settled()) finish(step, entry);
}

void Writes::fail(Step& step, Write& write) {
  write.answered = true;
  if (write.nothing_happened()) {
    shared_.marks.reach(Mark::write_reached_nobody);
    refuse(step, shared_, write.origin, write.verb,
           {ErrorKind::unavailable, "",
            "none of the key's " + std::to_string(write.homes.size()) +
                " homes could be reached; nothing was written"});
    return;
  }
  if (write.heard() > 0) shared_.marks.reach(Mark::write_reached_some);
  refuse(step, shared_, write.origin, write.verb,
         {kind_of_unfinished_write(shared_.config().bugs), "",
          std::to_string(write.heard()) + " of the " + std::to_string(write.wanted) +
              " acknowledgements wanted; the write may have happened"});
}

void Writes::finish(Step& step, Entry entry) {
  Write& write = entry->second;
  assert(write.answered);
  if (!write.nothing_happened()) {
    for (const NodeIndex home : write.failed) shared_.saw_behind(home, write.key, lag_unknown, step.now());
  }
  if (shared_.config().hints == Hints::coordinator && !write.nothing_happened()) {
    const bool only_known_down = shared_.config().bugs.has(Bug::hints_only_known_down);
    for (const NodeIndex home : write.failed) {
      if (write.voteless.contains(home)) continue;
      if (!only_known_down || write.unsent.contains(home)) hints_.keep(step, home, write.key, write.state);
    }
  }
  forget(entry, write);
}

void Writes::forget(Entry entry, const Write& write) {
  shared_.agenda.remove(write.deadline_ns, {Task::Kind::write, entry->first});
  if (write.patient_until_ns != 0)
    shared_.agenda.remove(write.patient_until_ns, {Task::Kind::patience, entry->first});
  writes_.erase(entry);
}

}  // namespace fracas::store
