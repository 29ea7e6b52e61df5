#include "store/client_reads.h"

#include <algorithm>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {

using Purpose = ClientShared::Purpose;

std::size_t ClientReads::WriteBack::pending() const {
  return static_cast<std::size_t>(std::count_if(targets.begin(), targets.end(), [this](NodeIndex home) {
    return !holders.contains(home) && !failed.contains(home);
  }));
}

void ClientReads::begin(ClientStep& step, ClientOperation operation) {
  Read read;
  read.operation = std::move(operation);
  const RequestId id = read.operation.id;
  const auto entry = reads_.emplace(id, std::move(read)).first;
  for (const NodeIndex home : entry->second.operation.homes)
    shared_.ask_copy(step, entry->second.operation, home);
}

void ClientReads::told_copy(ClientStep& step, RequestId id, NodeIndex from, const HomeAnswer& answer) {
  const auto entry = reads_.find(id);
  if (entry == reads_.end()) return;
  Read& read = entry->second;
  if (auto state = state_of(answer, shared_.config)) {
    merge(read.merged, *state);
    read.copies.insert_or_assign(from, *std::move(state));
  } else {
    read.lost.insert(from);
  }
  proceed(step, entry);
}

void ClientReads::told_write_back(ClientStep& step, RequestId id, NodeIndex from, bool holds) {
  const auto entry = reads_.find(id);
  if (entry == reads_.end() || !entry->second.write_back) return;
  WriteBack& write_back = *entry->second.write_back;
  (holds ? write_back.holders : write_back.failed).insert(from);
  proceed(step, entry);
}

void ClientReads::proceed(ClientStep& step, Entry entry) {
  Read& read = entry->second;
  const ClientOperation& operation = read.operation;
  const bool awaited = operation.repair == Repair::blocking || operation.repair == Repair::abd;
  const bool enough = read.copies.size() >= operation.wanted;
  if (!read.answered && !read.write_back && enough && covers_session(read)) {
    if (awaited) {
      begin_write_back(step, read);
    } else {
      succeed(step, read, read.merged);
    }
  }
  if (!read.answered && read.write_back) {
    const WriteBack& write_back = *read.write_back;
    if (write_back.holders.size() >= write_back.wanted) {
      succeed(step, read, write_back.found);
    } else if (write_back.holders.size() + write_back.pending() < write_back.wanted) {
      fail(step, read);
    }
  }
  const bool too_few = operation.homes.size() - read.lost.size() < operation.wanted;
  if (!read.answered && !read.write_back && (too_few || read.all_heard())) fail(step, read);
  if (enough) repair(step, read);
  if (read.answered && read.all_heard()) reads_.erase(entry);
}

bool ClientReads::covers_session(const Read& read) const {
  const auto& session = read.operation.session;
  if (!session || session->covered_by(read.operation.key, read.merged, shared_.config.bugs)) return true;
  return shared_.config.bugs.has(Bug::session_gives_up) && read.all_heard();
}

void ClientReads::begin_write_back(ClientStep& step, Read& read) {
  read.write_back = WriteBack{};
  WriteBack& write_back = *read.write_back;
  write_back.found = read.merged;
  const auto& homes = read.operation.homes;
  const bool all = read.operation.repair == Repair::abd;
  write_back.wanted = read.copies.size();
  if (all) {
    const auto w = std::min(static_cast<std::size_t>(shared_.config.w), homes.size());
    write_back.wanted = std::max(w, homes.size() - read.operation.wanted + 1);
  }
  // Where nobody has anything, there is nothing to be held.
  if (std::holds_alternative<std::monostate>(write_back.found)) write_back.wanted = 0;
  for (const NodeIndex home : homes) {
    const auto copy = read.copies.find(home);
    if (copy != read.copies.end() && covers(copy->second, write_back.found)) write_back.holders.insert(home);
  }
  if (write_back.holders.size() >= write_back.wanted) return;
  for (const NodeIndex home : homes) {
    const auto copy = read.copies.find(home);
    if (write_back.holders.contains(home) || (!all && copy == read.copies.end())) continue;
    write_back.targets.insert(home);
    if (copy != read.copies.end()) copy->second = write_back.found;
    shared_.ask_merge(step, read.operation, home, write_back.found, Purpose::write_back);
  }
}

void ClientReads::succeed(ClientStep& step, Read& read, const KeyState& found) {
  read.answered = true;
  ReplyToClient reply;
  reply.values = live_values(found);
  if (const auto* set = std::get_if<DvvSet>(&found))
    reply.context = make_token(read.operation.key, set->join());
  reply.clock = clock_json(found, shared_.names);
  reply.acks = static_cast<int>(read.copies.size());
  shared_.succeed(step, read.operation, std::move(reply), found);
}

void ClientReads::fail(ClientStep& step, Read& read) {
  read.answered = true;
  ClientError error{ErrorKind::timeout, "", ""};
  if (read.write_back) {
    error.message = std::to_string(read.write_back->holders.size()) + " of the " +
                    std::to_string(read.write_back->wanted) + " homes wanted hold what was read";
  } else if (read.copies.size() < read.operation.wanted) {
    error.message = std::to_string(read.copies.size()) + " of the " + std::to_string(read.operation.wanted) +
                    " replies wanted";
  } else {
    error = {ErrorKind::stale_session, "session",
             std::to_string(read.copies.size()) + " of " + std::to_string(read.operation.homes.size()) +
                 " homes answered, and none has what the session has seen of this key"};
  }
  shared_.refuse(step, read.operation, std::move(error));
}

/// Behind the answer, and for homes that answer later than it: nobody waits for it.
void ClientReads::repair(ClientStep& step, Read& read) {
  if (read.operation.repair == Repair::none) return;
  for (auto& [home, copy] : read.copies) {
    if (covers(copy, read.merged)) continue;
    copy = read.merged;
    shared_.ask_merge(step, read.operation, home, read.merged, Purpose::nothing);
  }
}

}  // namespace fracas::store
