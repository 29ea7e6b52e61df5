#include "store/client_writes.h"

#include <algorithm>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"
#include "store/writes.h"

namespace fracas::store {

using Outcome = HomeAnswer::Outcome;
using Purpose = ClientShared::Purpose;

namespace {

/// Bug client_id_reuse: the client counts for itself, from what it happens to have seen.
DvvSet counted_by_client(const ClientShared& shared, const ClientOperation& operation) {
  DvvSet set;
  const auto context = parse_token(operation.key, operation.context);
  set.put(context ? *context : Context{}, operation.written(), shared.self);
  return set;
}

}  // namespace

void ClientWrites::begin(ClientStep& step, ClientOperation operation) {
  const RequestId id = operation.id;
  const auto entry = writes_.emplace(id, Write{}).first;
  Write& write = entry->second;
  write.operation = std::move(operation);
  if (shared_.config.conflict == Conflict::siblings && shared_.config.bugs.has(Bug::client_id_reuse)) {
    write.state = counted_by_client(shared_, write.operation);
    send(step, entry);
  } else if (shared_.config.conflict == Conflict::siblings) {
    ask_next_for_dot(step, entry);
  } else if (shared_.config.stamp == StampSource::query) {
    for (const NodeIndex home : write.operation.homes) shared_.ask_copy(step, write.operation, home);
  } else {
    stamp(step, entry, std::max(write.operation.stamp_us, write.operation.seen_us + 1));
  }
}

void ClientWrites::told_copy(ClientStep& step, RequestId id, NodeIndex from, const HomeAnswer& answer) {
  const auto entry = writes_.find(id);
  if (entry == writes_.end() || entry->second.sent) return;
  Write& write = entry->second;
  if (const auto state = state_of(answer, shared_.config)) {
    const auto* cell = std::get_if<LwwCell>(&*state);
    if (cell != nullptr) write.operation.seen_us = std::max(write.operation.seen_us, cell->stamp.wall_us);
    write.asked.insert(from);
  } else {
    write.idle.insert(from);
  }
  // As many as a read waits for: those meet every acknowledged write.
  const auto wanted = static_cast<std::size_t>(shared_.config.r);
  const std::size_t most = write.operation.homes.size();
  if (write.asked.size() >= std::min(wanted, most)) return stamp(step, entry, write.operation.seen_us + 1);
  if (most - write.idle.size() >= std::min(wanted, most)) return;
  give_up(step, entry, ErrorKind::unavailable,
          std::to_string(write.asked.size()) + " of the " + std::to_string(wanted) +
              " stamps wanted; nothing was written");
}

void ClientWrites::stamp(ClientStep& step, Entry entry, std::int64_t us) {
  Write& write = entry->second;
  write.idle.clear();
  const LwwCell cell{Stamp{us, shared_.self, ++shared_.sequence}, write.operation.written()};
  write.state = cell;
  write.on_success.values = live_values(write.state);
  write.on_success.clock = clock_json(write.state, shared_.names);
  send(step, entry);
}

void ClientWrites::ask_next_for_dot(ClientStep& step, Entry entry) {
  Write& write = entry->second;
  if (write.dots_refused == write.operation.homes.size()) {
    return give_up(step, entry, ErrorKind::unavailable,
                   "none of the key's " + std::to_string(write.operation.homes.size()) +
                       " homes could make its dot (" + write.refusal + "); nothing was written");
  }
  shared_.ask_dot(step, write.operation, write.operation.homes[write.dots_refused]);
}

/// Only what certainly was not done is tried at another home: a dot that a silent home may have made would
/// come beside a second one.
void ClientWrites::told_dot(ClientStep& step, RequestId id, NodeIndex from, const HomeAnswer& answer) {
  const auto entry = writes_.find(id);
  if (entry == writes_.end()) return;
  Write& write = entry->second;
  if (answer.outcome == Outcome::not_done) {
    ++write.dots_refused;
    write.refusal = answer.error;
    return ask_next_for_dot(step, entry);
  }
  if (answer.outcome == Outcome::refused) return give_up(step, entry, ErrorKind::unavailable, answer.error);
  auto state = state_of(answer, shared_.config);
  if (!state) {
    return give_up(
        step, entry, kind_of_unfinished_write(shared_.config.bugs),
        shared_.names[from] + " did not answer in time (" + answer.error + "); the write may have happened");
  }
  write.state = *std::move(state);
  write.on_success = answer.reply;
  write.on_success.state.clear();
  write.acks.insert(from);
  send(step, entry);
}

void ClientWrites::send(ClientStep& step, Entry entry) {
  Write& write = entry->second;
  write.sent = true;
  for (const NodeIndex home : write.operation.homes) {
    if (!write.acks.contains(home))
      shared_.ask_merge(step, write.operation, home, write.state, Purpose::acknowledgement);
  }
  proceed(step, entry);
}

void ClientWrites::told_acknowledgement(ClientStep& step, RequestId id, NodeIndex from,
                                        const HomeAnswer& answer) {
  const auto entry = writes_.find(id);
  if (entry == writes_.end()) return;
  Write& write = entry->second;
  if (answer.outcome == Outcome::ok) {
    write.acks.insert(from);
  } else if (answer.outcome == Outcome::unknown) {
    write.silent.insert(from);
  } else {
    write.idle.insert(from);
    write.refusal = answer.error;
  }
  proceed(step, entry);
}

void ClientWrites::proceed(ClientStep& step, Entry entry) {
  Write& write = entry->second;
  const std::size_t homes = write.operation.homes.size();
  const std::size_t wanted = write.operation.wanted;
  const std::size_t missing = write.idle.size() + write.silent.size();
  if (!write.answered && write.acks.size() >= wanted) {
    write.answered = true;
    write.on_success.acks = static_cast<int>(write.acks.size());
    shared_.succeed(step, write.operation, std::move(write.on_success), write.state);
  }
  // Whether certainly nothing happened is known when the last home is heard, unless it is known before.
  const bool something = !write.acks.empty() || !write.silent.empty();
  if (!write.answered && homes - missing < wanted && (something || missing == homes)) {
    if (!something) return give_up(step, entry, ErrorKind::unavailable, write.refusal);
    write.answered = true;
    shared_.refuse(step, write.operation,
                   {kind_of_unfinished_write(shared_.config.bugs), "",
                    std::to_string(write.acks.size()) + " of the " + std::to_string(wanted) +
                        " acknowledgements wanted; the write may have happened"});
  }
  if (write.answered && write.acks.size() + missing == homes) writes_.erase(entry);
}

void ClientWrites::give_up(ClientStep& step, Entry entry, ErrorKind kind, std::string message) {
  shared_.refuse(step, entry->second.operation, {kind, "", std::move(message)});
  writes_.erase(entry);
}

}  // namespace fracas::store
