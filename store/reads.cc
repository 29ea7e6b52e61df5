#include "store/reads.h"

#include <algorithm>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {

void Reads::begin(Step& step, Request request) {
  const OperationId operation = shared_.next_operation();
  const auto entry = reads_.emplace(operation, Read{}).first;
  Read& read = entry->second;
  read.origin = request.origin;
  read.key = std::move(request.key);
  read.homes = std::move(request.homes);
  read.wanted = static_cast<std::size_t>(request.wanted);
  read.deadline_ns = step.now().steady_ns + request.timeout_ns;
  shared_.agenda.add(read.deadline_ns, {Task::Kind::read, operation});
  for (const NodeIndex home : read.homes) {
    if (home == shared_.self()) {
      add_copy(read, home, shared_.incarnation, shared_.replica.find(read.key));
    } else {
      step.send(home, ReadRequest{operation, read.key});
    }
  }
  proceed(step, entry);
}

void Reads::replied(Step& step, NodeIndex from, const ReadReply& reply) {
  const auto entry = reads_.find(reply.operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  const bool home = std::find(read.homes.begin(), read.homes.end(), from) != read.homes.end();
  if (!home || from == shared_.self()) return;
  read.failed.erase(from);
  read.unsent.erase(from);
  add_copy(read, from, reply.incarnation, reply.state);
  proceed(step, entry);
}

void Reads::send_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  const bool waiting = std::find(read.homes.begin(), read.homes.end(), to) != read.homes.end();
  if (!waiting || read.copies.contains(to)) return;
  read.unsent.insert(to);
  read.failed.insert(to);
  proceed(step, entry);
}

void Reads::time_out(Step& step, OperationId operation) {
  const auto entry = reads_.find(operation);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  for (const NodeIndex home : read.homes) {
    if (read.copies.contains(home) || !read.failed.insert(home).second) continue;
    shared_.suspicion.failed(home);
  }
  proceed(step, entry);
}

/// One answer a node counts, whatever its incarnation; the latest stands.
void Reads::add_copy(Read& read, NodeIndex from, const Actor& incarnation, const KeyState& state) {
  read.copies[from] = Copy{incarnation, state, false};
  merge(read.merged, state);
}

bool Reads::may_answer(const Read& read) const {
  const BugSet& bugs = shared_.config().bugs;
  if (bugs.has(Bug::notfound_fast) && !read.copies.empty() && !has_live_values(read.merged)) return true;
  return read.copies.size() >= (bugs.has(Bug::first_reply_wins) ? 1 : read.wanted);
}

void Reads::proceed(Step& step, Entry entry) {
  Read& read = entry->second;
  if (!read.answered && may_answer(read)) succeed(step, read);
  const bool hopeless = read.homes.size() - read.failed.size() < read.wanted;
  if (!read.answered && hopeless && (read.settled() || !read.copies.empty())) fail(step, read);
  if (read.copies.size() >= read.wanted) repair(step, read);
  if (!read.settled()) return;
  shared_.agenda.remove(read.deadline_ns, {Task::Kind::read, entry->first});
  reads_.erase(entry);
}

void Reads::succeed(Step& step, Read& read) {
  read.answered = true;
  ReplyToClient reply;
  reply.values = live_values(read.merged);
  if (const auto* set = std::get_if<DvvSet>(&read.merged)) reply.context = make_token(read.key, set->join());
  reply.clock = clock_json(read.merged, shared_.options.names);
  reply.acks = static_cast<int>(read.copies.size());
  answer(step, shared_, read.origin, Verb::get, std::move(reply));
}

void Reads::fail(Step& step, Read& read) {
  read.answered = true;
  const bool nobody_asked = read.unsent.size() == read.homes.size();
  refuse(step, shared_, read.origin, Verb::get,
         {nobody_asked ? ErrorKind::unavailable : ErrorKind::timeout, "",
          std::to_string(read.copies.size()) + " of the " + std::to_string(read.wanted) + " replies wanted"});
}

/// Homes that are behind get the merge of all replies: never a winner among siblings, tombstones like values.
/// Not before r replies are in.
void Reads::repair(Step& step, Read& read) {
  for (auto& [home, copy] : read.copies) {
    if (covers(copy.state, read.merged)) continue;
    if (!copy.stale) ++shared_.counters.stale_replies;
    copy.stale = true;
    if (shared_.config().repair == Repair::none) continue;
    ++shared_.counters.read_repairs;
    copy.state = read.merged;
    if (home == shared_.self()) {
      shared_.replica.merge(step, read.key, read.merged);
    } else {
      step.send(home, WriteRequest{0, read.key, read.merged});
    }
  }
}

}  // namespace fracas::store
