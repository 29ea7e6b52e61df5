#include "store/reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {
namespace {

constexpr std::int64_t cached_for_ns = 100'000'000;  ///< with bug coord_read_cache

}  // namespace

bool Reads::Read::all_heard() const {
  return std::all_of(homes.begin(), homes.end(), [this](NodeIndex home) {
    return copies.contains(home) || stand_ins.has_answered(home) || lost(home);
  });
}

std::size_t Reads::Read::fallbacks() const {
  if (!stand_ins.any()) return 0;
  return static_cast<std::size_t>(std::count_if(homes.begin(), homes.end(), [this](NodeIndex home) {
    return !copies.contains(home) && stand_ins.has_answered(home);
  }));
}

void Reads::begin(Step& step, Request request) {
  if (shared_.config().bugs.has(Bug::coord_read_cache) && answer_from_cache(step, request)) return;
  const OperationId operation = shared_.next_operation();
  const auto entry = reads_.emplace(operation, Read{}).first;
  Read& read = entry->second;
  read.origin = request.origin;
  read.stand_ins = stand_ins_for(shared_, request);
  read.key = std::move(request.key);
  read.homes = std::move(request.homes);
  read.wanted = static_cast<std::size_t>(request.wanted);
  read.repairs = request.repair;
  read.timeout_ns = request.timeout_ns;
  read.deadline_ns = step.now().steady_ns + request.timeout_ns;
  ask_homes(step, entry);
}

void Reads::ask_homes(Step& step, Entry entry) {
  auto& [operation, read] = *entry;
  shared_.agenda.add(read.deadline_ns, {Task::Kind::read, operation});
  be_patient(step, operation, read);
  for (const NodeIndex home : read.homes) {
    if (home == shared_.self() && !shared_.votes(read.key)) {
      read.failed.insert(home);
    } else if (home == shared_.self()) {
      add_copy(step, read, home, shared_.incarnation, shared_.replica.find(read.key));
    } else {
      step.send(home, ReadRequest{operation, read.key});
    }
  }
  for (const NodeIndex home : read.homes) {
    if (shared_.detector.believes_down(home) || read.failed.contains(home))
      call_stand_in(step, operation, read, home);
  }
  proceed(step, entry);
}

/// Under another number, so that nobody counts what was answered under another ring.
void Reads::ring_changed(Step& step) {
  std::vector<OperationId> open;
  for (const auto& [operation, read] : reads_) open.push_back(operation);
  for (const OperationId operation : open) {
    const auto entry = reads_.find(operation);
    if (entry->second.answered) {
      forget(entry);
      continue;
    }
    shared_.marks.reach(Mark::read_met_ring);
    Read read;
    read.origin = entry->second.origin;
    read.key = entry->second.key;
    read.homes = shared_.ring.homes(read.key, static_cast<int>(entry->second.homes.n()));
    read.wanted = entry->second.wanted;
    read.repairs = entry->second.repairs;
    read.timeout_ns = entry->second.timeout_ns;
    read.deadline_ns = entry->second.deadline_ns;
    forget(entry);
    ask_homes(step, reads_.emplace(shared_.next_operation(), std::move(read)).first);
  }
}

void Reads::call_stand_in(Step& step, OperationId operation, Read& read, NodeIndex home) {
  const auto node = read.stand_ins.call(home);
  if (!node) return;
  if (*node != shared_.self()) {
    step.send(*node, ReadRequest{operation, read.key});
  } else {
    combine(read.merged, hints_.of(read.key));
    ++shared_.counters.fallback_replies;
    read.stand_ins.answered(home);
  }
}

void Reads::be_patient(Step& step, OperationId operation, Read& read) {
  read.patient_until_ns = 0;
  if (!read.stand_ins.any()) return;
  const std::int64_t until =
      step.now().steady_ns + std::min(shared_.config().patience_ns, read.timeout_ns / 2);
  if (until >= read.deadline_ns) return;
  read.patient_until_ns = until;
  shared_.agenda.add(until, {Task::Kind::patience, operation});
}

void Reads::lose_patience(Step& step, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  for (const NodeIndex home : read.homes) {
    if (read.copies.contains(home) || read.stand_ins.has_answered(home)) continue;
    if (const auto silent = read.stand_ins.awaited(home)) {
      shared_.detector.unanswered(*silent);
      shared_.marks.reach(Mark::stand_in_replaced);
      read.stand_ins.silent(home);
    } else if (!read.lost_patience && !read.failed.contains(home)) {
      shared_.detector.unanswered(home);
    }
    if (!read.answered) call_stand_in(step, operation, read, home);
  }
  read.lost_patience = true;
  be_patient(step, operation, read);
  proceed(step, entry);
}

void Reads::replied(Step& step, NodeIndex from, const ReadReply& reply) {
  const auto entry = reads_.find(reply.operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  const bool home = read.homes.contains(from);
  const auto seat = read.stand_ins.home_of(from);
  if ((!home && !seat) || from == shared_.self()) return;
  if (home) {
    read.failed.erase(from);
    read.unsent.erase(from);
    add_copy(step, read, from, reply.incarnation, reply.state);
  }
  if (seat && !read.stand_ins.has_answered(*seat)) {
    combine(read.merged, reply.state);
    ++shared_.counters.fallback_replies;
    read.stand_ins.answered(*seat);
  }
  proceed(step, entry);
}

bool Reads::acknowledged(Step& step, NodeIndex from, const WriteReply& reply) {
  const auto entry = reads_.find(reply.operation);
  if (entry == reads_.end()) return false;
  auto& write_back = entry->second.write_back;
  if (!write_back || !write_back->targets.contains(from)) return true;
  if (!reply.votes) return write_back_failed(step, from, reply.operation);
  if (!entry->second.answered && shared_.is_over(step.now(), entry->second.deadline_ns)) {
    time_out(step, reply.operation);
    return true;
  }
  write_back->held_by(from);
  proceed(step, entry);
  return true;
}

bool Reads::write_back_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return false;
  auto& write_back = entry->second.write_back;
  if (!write_back || !write_back->targets.contains(to) || write_back->holders.contains(to)) return true;
  write_back->failed.insert(to);
  proceed(step, entry);
  return true;
}

void Reads::send_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  const bool waiting = read.homes.contains(to);
  if (waiting && !read.copies.contains(to)) {
    read.unsent.insert(to);
    read.failed.insert(to);
    call_stand_in(step, operation, read, to);
  } else if (const auto seat = read.stand_ins.home_of(to); seat && !read.stand_ins.has_answered(*seat)) {
    shared_.marks.reach(Mark::stand_in_replaced);
    read.stand_ins.refused(*seat);
    call_stand_in(step, operation, read, *seat);
  }
  proceed(step, entry);
}

bool Reads::refused(Step& step, NodeIndex from, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return false;
  Read& read = entry->second;
  if (read.write_back && read.write_back->targets.contains(from) && !read.write_back->holders.contains(from))
    return write_back_failed(step, from, operation);
  const bool home = read.homes.contains(from);
  if (!home || read.copies.contains(from) || !read.failed.insert(from).second) return true;
  call_stand_in(step, operation, read, from);
  proceed(step, entry);
  return true;
}

void Reads::time_out(Step& step, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  for (const NodeIndex home : read.homes) {
    if (const auto silent = read.stand_ins.awaited(home)) {
      shared_.detector.unanswered(*silent);
      read.stand_ins.silent(home);
    }
    if (read.copies.contains(home) || !read.failed.insert(home).second) continue;
    if (!read.lost_patience) shared_.detector.unanswered(home);
  }
  if (read.write_back && !read.answered) {
    for (const NodeIndex home : read.write_back->targets) {
      if (read.write_back->holders.contains(home)) continue;
      read.write_back->failed.insert(home);
      shared_.detector.unanswered(home);
    }
  }
  proceed(step, entry);
}

/// One answer a node counts, whatever its incarnation; the latest stands.
void Reads::add_copy(Step& step, Read& read, NodeIndex from, const Actor& incarnation,
                     const KeyState& state) {
  const auto [found, first] = read.copies.insert_or_assign(from, Copy{incarnation, state, false});
  Copy& copy = found->second;
  if (first) {
    ++shared_.counters.read_replies;
    shared_.monitor.reply(step.now().steady_ns);
  }
  combine(read.merged, state);
  if (!read.write_back || !read.write_back->targets.contains(from)) return;
  if (covers(state, read.write_back->found)) read.write_back->held_by(from);
  merge(copy.state, read.write_back->found);
}

/// Merges a copy into what was found so far.
void Reads::combine(KeyState& merged, const KeyState& state) const {
  const BugSet& bugs = shared_.config().bugs;
  const auto tombstone = [](const KeyState& it) {
    return !std::holds_alternative<std::monostate>(it) && !has_live_values(it);
  };
  if (bugs.has(Bug::rr_tombstone_as_missing) && tombstone(state)) return;
  if (bugs.has(Bug::tombstone_always_wins) && tombstone(merged)) return;
  if (bugs.has(Bug::tombstone_always_wins) && tombstone(state)) merged = state;
  merge(merged, state);
}

bool Reads::answer_from_cache(Step& step, const Request& request) {
  const auto cached = cache_.find(request.key);
  if (cached == cache_.end() || cached->second.until_ns < step.now().steady_ns) return false;
  answer(step, shared_, request.origin, Verb::get, cached->second.reply);
  return true;
}

bool Reads::may_answer(const Read& read) const {
  const BugSet& bugs = shared_.config().bugs;
  if (bugs.has(Bug::notfound_fast) && !read.copies.empty() && !has_live_values(read.merged)) return true;
  if (read.replies() < (bugs.has(Bug::first_reply_wins) ? 1 : read.wanted)) return false;
  return covers_session(read) || (bugs.has(Bug::session_gives_up) && read.all_heard());
}

/// Nothing is older than what the client's session has seen.
bool Reads::covers_session(const Read& read) const {
  const SessionToken* session = read.origin.session.get();
  return session == nullptr || session->covered_by(read.key, read.merged, shared_.config().bugs);
}

void Reads::proceed(Step& step, Entry entry) {
  Read& read = entry->second;
  const bool late = read.answered;
  const bool awaited = read.repairs == Repair::blocking || read.repairs == Repair::abd;
  if (!read.answered && !read.write_back && may_answer(read)) {
    if (awaited && !shared_.config().bugs.has(Bug::rr_not_awaited)) {
      begin_write_back(step, entry);
    } else {
      succeed(step, read, read.merged);
    }
  }
  if (!read.answered && read.write_back) proceed_with_write_back(step, read);
  const std::size_t left = read.homes.least([&](NodeIndex home) { return !read.lost(home); });
  const bool outdated =
      read.replies() >= read.wanted && read.all_heard();  // else it would be answered by now
  const bool hopeless = left < read.wanted || outdated;
  if (!read.answered && !read.write_back && hopeless && (read.all_heard() || read.replies() > 0))
    fail(step, read);
  const bool waits = !read.answered && !read.write_back && read.replies() >= read.wanted;
  if (waits) shared_.marks.reach(Mark::session_waited);
  if (read.replies() >= read.wanted) repair(step, read, late);
  if (!read.answered || !read.all_heard()) return;
  forget(entry);
}

void Reads::forget(Entry entry) {
  const Read& read = entry->second;
  shared_.agenda.remove(read.deadline_ns, {Task::Kind::read, entry->first});
  if (read.patient_until_ns != 0)
    shared_.agenda.remove(read.patient_until_ns, {Task::Kind::patience, entry->first});
  reads_.erase(entry);
}

/// The answer is fixed here: what is heard later may be newer, but who holds that is not known.
void Reads::begin_write_back(Step& step, Entry entry) {
  Read& read = entry->second;
  read.write_back = WriteBack{};  // clang 14 finds no emplace() for a class nested like this
  WriteBack& write_back = *read.write_back;
  write_back.homes = read.homes;
  write_back.found = read.merged;
  for (const auto& [home, copy] : read.copies) {
    write_back.targets.insert(home);
    if (covers(copy.state, write_back.found)) write_back.held_by(home);
  }
  write_back.wanted = read.homes.least_of(write_back.targets);
  if (read.repairs == Repair::abd) {
    const auto w = std::min(static_cast<std::size_t>(shared_.config().w), read.homes.n());
    write_back.targets.insert(read.homes.begin(), read.homes.end());
    write_back.wanted = std::max(w, read.homes.n() - read.wanted + 1);
  }
  // Where nobody has anything, there is nothing to be held.
  if (std::holds_alternative<std::monostate>(write_back.found)) write_back.wanted = 0;
  if (write_back.done()) return;
  shared_.marks.reach(Mark::write_back_awaited);
  send_back(step, entry->first, read);
}

void Reads::send_back(Step& step, OperationId operation, Read& read) {
  WriteBack& write_back = *read.write_back;
  for (const NodeIndex home : write_back.targets) {
    if (write_back.holders.contains(home)) continue;
    if (const auto copy = read.copies.find(home); copy != read.copies.end()) {
      count_repair(step, read, home, copy->second);
      copy->second.state = write_back.found;
    }
    if (home == shared_.self() &&
        (shared_.read_only() || shared_.too_late(step.now(), repairs_until(read)))) {
      write_back.failed.insert(home);
    } else if (home == shared_.self()) {
      shared_.replica.merge(step, read.key, write_back.found);
      if (shared_.votes(read.key)) {
        write_back.held_by(home);
      } else {
        write_back.failed.insert(home);
      }
    } else {
      step.send(home, WriteRequest{operation, read.key, write_back.found, shared_.sequence.now,
                                   repairs_until(read)});
    }
  }
}

void Reads::proceed_with_write_back(Step& step, Read& read) {
  const WriteBack& write_back = *read.write_back;
  if (write_back.done()) {
    succeed(step, read, write_back.found);
  } else if (write_back.hopeless()) {
    fail(step, read);
  }
}

void Reads::succeed(Step& step, Read& read, const KeyState& found) {
  read.answered = true;
  ReplyToClient reply;
  reply.values = live_values(found);
  if (const auto* set = std::get_if<DvvSet>(&found)) reply.context = make_token(read.key, set->join());
  reply.clock = clock_json(found, shared_.options.names);
  reply.acks = static_cast<int>(read.copies.size());
  reply.fallbacks = static_cast<int>(read.fallbacks());
  show_session(shared_, read.origin, Verb::get, read.key, found);
  if (reply.fallbacks > 0) shared_.marks.reach(Mark::stand_in_replied);
  if (shared_.config().bugs.has(Bug::coord_read_cache))
    cache_[read.key] = {reply, step.now().steady_ns + cached_for_ns};
  answer(step, shared_, read.origin, Verb::get, std::move(reply));
}

void Reads::fail(Step& step, Read& read) {
  read.answered = true;
  const bool nobody_asked = read.unsent.size() == read.homes.size() && !read.stand_ins.may_have_acted();
  if (!nobody_asked) shared_.marks.reach(Mark::read_timed_out);
  if (!read.write_back && read.replies() >= read.wanted) {
    shared_.marks.reach(Mark::session_outran_homes);
    refuse(
        step, shared_, read.origin, Verb::get,
        {ErrorKind::stale_session, "session",
         fmt::format("{} of {} homes answered, and none has what the session has seen of this key; ask again "
                     "when more of them are up, or begin a new session",
                     read.replies(), read.homes.size())});
    return;
  }
  const std::string missing = read.write_back
                                  ? fmt::format("{} of the {} homes wanted hold what was read",
                                                read.write_back->holders.size(), read.write_back->wanted)
                                  : fmt::format("{} of the {} replies wanted", read.replies(), read.wanted);
  refuse(step, shared_, read.origin, Verb::get,
         {nobody_asked ? ErrorKind::unavailable : ErrorKind::timeout, "", missing});
}

/// Homes that are behind get the merge of all replies: never a winner among siblings, tombstones like values.
/// Not before r replies are in, and not after the end where that could bring something back.
void Reads::repair(Step& step, Read& read, bool late) {
  if (shared_.too_late(step.now(), repairs_until(read))) return;
  for (auto& [home, copy] : read.copies) {
    if (covers(copy.state, read.merged)) {
      shared_.monitor.agrees(home, read.key);
      continue;
    }
    if (read.repairs == Repair::none) {
      if (!copy.stale) shared_.saw_behind(home, read.key, lag_of(copy.state), step.now());
      count_stale(step, copy);
      continue;
    }
    if (late) shared_.marks.reach(Mark::late_read_repair);
    count_repair(step, read, home, copy);
    copy.state = read.merged;
    const bool bump = shared_.config().bugs.has(Bug::rr_forever);
    const KeyState& repaired = bump ? shared_.stamped_anew(step.now().wall_us, read.merged) : read.merged;
    if (home == shared_.self()) {
      if (!shared_.read_only()) shared_.replica.merge(step, read.key, repaired);
    } else {
      step.send(home, WriteRequest{0, read.key, repaired, 0, repairs_until(read)});
    }
  }
}

/// What a read found may be written back as long as the read lasts.
std::int64_t Reads::repairs_until(const Read& read) const {
  return shared_.config().bugs.has(Bug::reap_ignores_late_repairs) ? 0 : shared_.until(read.deadline_ns);
}

void Reads::count_stale(Step& step, Copy& copy) {
  if (copy.stale) return;
  copy.stale = true;
  ++shared_.counters.stale_replies;
  shared_.monitor.stale_reply(step.now().steady_ns);
}

void Reads::count_repair(Step& step, const Read& read, NodeIndex home, Copy& copy) {
  count_stale(step, copy);
  ++shared_.counters.read_repairs;
  ++shared_.counters.read_repairs_by[static_cast<std::size_t>(read.repairs)];
  shared_.monitor.agrees(home, read.key);
}

}  // namespace fracas::store
