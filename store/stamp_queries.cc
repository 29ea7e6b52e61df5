#include "store/stamp_queries.h"

#include <algorithm>
#include <utility>

namespace fracas::store {

std::int64_t stamp_us_of(const KeyState& state) {
  const auto* cell = std::get_if<LwwCell>(&state);
  return cell == nullptr ? 0 : cell->stamp.wall_us;
}

std::optional<Request> StampQueries::begin(Step& step, Request request) {
  if (shared_.config().bugs.has(Bug::query_ignores_ctx)) request.seen_us = 0;
  const OperationId operation = shared_.next_operation();
  const auto entry = queries_.emplace(operation, Query{}).first;
  Query& query = entry->second;
  query.wanted = std::min(static_cast<std::size_t>(shared_.config().r), request.homes.n());
  query.deadline_ns = step.now().steady_ns + request.timeout_ns;
  query.request = std::move(request);
  return ask_homes(step, entry);
}

std::optional<Request> StampQueries::ask_homes(Step& step, Entry entry) {
  auto& [operation, query] = *entry;
  shared_.agenda.add(query.deadline_ns, {Task::Kind::query, operation});
  for (const NodeIndex home : query.request.homes) {
    if (home == shared_.self() && !shared_.votes(query.request.key)) {
      query.failed.insert(home);
    } else if (home == shared_.self()) {
      hear(query, home, stamp_us_of(shared_.replica.find(query.request.key)));
    } else {
      step.send(home, StampRequest{operation, query.request.key});
    }
  }
  return proceed(step, entry);
}

std::optional<Request> StampQueries::replied(Step& step, NodeIndex from, const StampReply& reply) {
  const auto entry = queries_.find(reply.operation);
  if (entry == queries_.end()) return std::nullopt;
  Query& query = entry->second;
  const bool home = query.request.homes.contains(from);
  if (!home || from == shared_.self() || reply.stamp_us > StampClock::max_us) return std::nullopt;
  query.failed.erase(from);
  hear(query, from, reply.stamp_us);
  return proceed(step, entry);
}

std::vector<Request> StampQueries::ring_changed(Step& step) {
  std::vector<Request> ready;
  std::vector<OperationId> open;
  for (const auto& [operation, query] : queries_) open.push_back(operation);
  for (const OperationId operation : open) {
    const auto entry = queries_.find(operation);
    Query query = std::move(entry->second);
    shared_.agenda.remove(query.deadline_ns, {Task::Kind::query, operation});
    queries_.erase(entry);
    query.request.homes = shared_.ring.homes(query.request.key, static_cast<int>(query.request.homes.n()));
    query.heard.clear();
    query.failed.clear();
    const auto again = queries_.emplace(shared_.next_operation(), std::move(query)).first;
    if (auto request = ask_homes(step, again)) ready.push_back(*std::move(request));
  }
  return ready;
}

void StampQueries::send_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = queries_.find(operation);
  if (entry == queries_.end() || entry->second.heard.contains(to)) return;
  Query& query = entry->second;
  query.failed.insert(to);
  const auto left = [&](NodeIndex home) { return !query.failed.contains(home); };
  if (query.request.homes.least(left) < query.wanted) give_up(step, entry);
}

void StampQueries::time_out(Step& step, OperationId operation) {
  const auto entry = queries_.find(operation);
  if (entry == queries_.end()) return;
  for (const NodeIndex home : entry->second.request.homes) {
    if (!entry->second.heard.contains(home)) shared_.detector.unanswered(home);
  }
  give_up(step, entry);
}

void StampQueries::hear(Query& query, NodeIndex from, std::int64_t stamp_us) {
  query.heard.insert(from);
  query.highest_us = std::max(query.highest_us, stamp_us);
}

std::optional<Request> StampQueries::proceed(Step& step, Entry entry) {
  Query& query = entry->second;
  if (query.request.homes.least_of(query.heard) < query.wanted) return std::nullopt;
  Request request = std::move(query.request);
  if (request.seen_us > query.highest_us) shared_.marks.reach(Mark::stamp_raised_by_session);
  request.seen_us = std::max(request.seen_us, query.highest_us);
  request.timeout_ns = std::max<std::int64_t>(query.deadline_ns - step.now().steady_ns, 1);
  finish(entry);
  return request;
}

void StampQueries::give_up(Step& step, Entry entry) {
  const Query& query = entry->second;
  shared_.marks.reach(Mark::stamp_query_too_few);
  refuse(step, shared_, query.request.origin, query.request.verb,
         {ErrorKind::unavailable, "",
          std::to_string(query.heard.size()) + " of the " + std::to_string(query.wanted) +
              " stamps wanted; nothing was written"});
  finish(entry);
}

void StampQueries::finish(Entry entry) {
  shared_.agenda.remove(entry->second.deadline_ns, {Task::Kind::query, entry->first});
  queries_.erase(entry);
}

}  // namespace fracas::store
