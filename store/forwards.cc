#include "store/forwards.h"

#include <algorithm>
#include <utility>

#include "store/context_token.h"

namespace fracas::store {
namespace {

ForwardRequest message_of(OperationId operation, const Request& request) {
  return {.operation = operation,
          .remove = request.verb == Verb::remove,
          .key = request.key,
          .value = request.value,
          .context = request.token,
          .n = static_cast<std::uint32_t>(request.homes.n()),
          .w = static_cast<std::uint32_t>(request.wanted),
          // The home gives up first, so that its answer is back before we do.
          .timeout_ns = std::max(request.timeout_ns / 10 * 9, min_timeout_ns)};
}

}  // namespace

void Forwards::begin(Step& step, Request request) {
  const OperationId operation = shared_.next_operation();
  const auto entry = forwards_.emplace(operation, Forward{}).first;
  Forward& forward = entry->second;
  forward.next = in_order(request.homes);
  forward.gives_up_ns = step.now().steady_ns + request.timeout_ns;
  forward.request = std::move(request);
  await(step, entry);
  send_to_next(step, entry);
}

/// Who is to be asked first, last.
std::vector<NodeIndex> Forwards::in_order(const Homes& homes) const {
  std::vector<NodeIndex> next = homes.all();
  std::erase(next, shared_.self());  // a home by now: there is no link to itself
  // Where stand-ins may serve, a home that is believed down is not waited for.
  if (shared_.config().placement == Placement::sloppy)
    std::erase_if(next, [&](NodeIndex home) { return shared_.detector.believes_down(home); });
  std::stable_partition(next.begin(), next.end(),
                        [&](NodeIndex home) { return !shared_.detector.believes_down(home); });
  std::reverse(next.begin(), next.end());
  return next;
}

void Forwards::ring_changed() {
  for (auto& [operation, forward] : forwards_) {
    forward.request.homes =
        shared_.ring.homes(forward.request.key, static_cast<int>(forward.request.homes.n()));
    forward.next = in_order(forward.request.homes);
  }
}

void Forwards::await(Step& step, Entry entry) {
  Forward& forward = entry->second;
  const std::int64_t left_ns = forward.gives_up_ns - step.now().steady_ns;
  const bool impatient = shared_.config().bugs.has(Bug::forward_tried_elsewhere);
  forward.deadline_ns = forward.gives_up_ns - (impatient ? left_ns / 3 * 2 : 0);
  shared_.agenda.add(forward.deadline_ns, {Task::Kind::forward, entry->first});
}

void Forwards::replied(Step& step, NodeIndex from, const ForwardReply& reply) {
  const auto entry = forwards_.find(reply.operation);
  if (entry == forwards_.end() || entry->second.at != from) return;
  // Nothing was done there. Another home's disk may take it.
  const bool read_only = reply.error == static_cast<std::uint8_t>(ErrorKind::read_only);
  if (read_only && !entry->second.next.empty()) return send_to_next(step, entry);
  ReplyToClient result{.id = 0,
                       .error = {},
                       .values = reply.values,
                       .context = reply.context,
                       .clock = reply.clock,
                       .acks = static_cast<int>(reply.acks),
                       .fallbacks = static_cast<int>(reply.fallbacks)};
  if (reply.error) {
    const bool known = *reply.error <= static_cast<std::uint8_t>(ErrorKind::read_only);
    result.error = ClientError{known ? static_cast<ErrorKind>(*reply.error) : ErrorKind::unknown_outcome,
                               reply.field, reply.message};
  }
  const Request& request = entry->second.request;
  if (const auto shown = parse_token(request.key, result.context); request.origin.session && shown)
    show_session(shared_, request.origin, request.verb, request.key, *shown);
  answer(step, shared_, request.origin, request.verb, std::move(result));
  finish(entry);
}

void Forwards::send_failed(Step& step, NodeIndex to, OperationId operation) {
  const auto entry = forwards_.find(operation);
  if (entry == forwards_.end() || entry->second.at != to) return;
  if (!entry->second.next.empty()) shared_.marks.reach(Mark::forward_tried_next);
  send_to_next(step, entry);
}

void Forwards::time_out(Step& step, OperationId operation) {
  const auto entry = forwards_.find(operation);
  if (entry == forwards_.end()) return;
  const Forward& forward = entry->second;
  shared_.detector.unanswered(forward.at);
  if (step.now().steady_ns < forward.gives_up_ns && !forward.next.empty()) {
    await(step, entry);
    send_to_next(step, entry);
    return;
  }
  shared_.marks.reach(Mark::forward_timed_out);
  refuse(step, shared_, forward.request.origin, forward.request.verb,
         {kind_of_unfinished_write(shared_.config().bugs), "",
          "forwarded to " + shared_.name(forward.at) +
              ", which did not answer in time; the write may have happened"});
  finish(entry);
}

void Forwards::send_to_next(Step& step, Entry entry) {
  Forward& forward = entry->second;
  Request& request = forward.request;
  if (!forward.next.empty()) {
    forward.at = forward.next.back();
    forward.next.pop_back();
    step.send(forward.at, message_of(as_new_operation(entry)->first, request));
    return;
  }
  if (shared_.config().placement == Placement::sloppy) {
    request.timeout_ns = std::max(forward.gives_up_ns - step.now().steady_ns, min_timeout_ns);
    writes_.begin(step, std::move(request));
  } else {
    refuse(step, shared_, request.origin, request.verb,
           {ErrorKind::unavailable, "", "none of the key's homes could be reached; nothing was written"});
  }
  finish(entry);
}

/// A home that has refused it once, under another ring, acts on no repetition of that message.
Forwards::Entry Forwards::as_new_operation(Entry entry) {
  shared_.agenda.remove(entry->second.deadline_ns, {Task::Kind::forward, entry->first});
  auto forward = forwards_.extract(entry);
  forward.key() = shared_.next_operation();
  shared_.agenda.add(forward.mapped().deadline_ns, {Task::Kind::forward, forward.key()});
  return forwards_.insert(std::move(forward)).position;
}

void Forwards::finish(Entry entry) {
  shared_.agenda.remove(entry->second.deadline_ns, {Task::Kind::forward, entry->first});
  forwards_.erase(entry);
}

}  // namespace fracas::store
