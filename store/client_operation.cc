#include "store/client_operation.h"

#include <algorithm>

#include "store/key_state.h"
#include "store/request.h"

namespace fracas::store {

void ClientShared::ask(ClientStep& step, const ClientOperation& operation, NodeIndex to, Purpose purpose,
                       ClientRequest request) {
  questions.emplace(++last_question, Question{operation.id, to, purpose});
  request.key = operation.key;
  request.of_copy = true;
  request.timeout_ns = std::max(operation.deadline_ns - step.now_ns, min_timeout_ns);
  step.effects.emplace_back(AskHome{last_question, to, std::move(request)});
}

void ClientShared::ask_copy(ClientStep& step, const ClientOperation& operation, NodeIndex to) {
  ask(step, operation, to, Purpose::copy, ClientRequest{});
}

void ClientShared::ask_dot(ClientStep& step, const ClientOperation& operation, NodeIndex to) {
  ClientRequest request;
  request.verb = operation.verb;
  request.value = operation.value;
  request.context = operation.context;
  ask(step, operation, to, Purpose::dot, std::move(request));
}

void ClientShared::ask_merge(ClientStep& step, const ClientOperation& operation, NodeIndex to,
                             const KeyState& state, Purpose purpose) {
  ClientRequest request;
  request.verb = Verb::put;
  encode(state, request.state);
  ask(step, operation, to, purpose, std::move(request));
}

void ClientShared::succeed(ClientStep& step, ClientOperation& operation, ReplyToClient reply,
                           const KeyState& seen) {
  reply.id = operation.id;
  const bool forgotten = operation.verb != Verb::get && config.bugs.has(Bug::session_write_forgotten);
  if (operation.session) {
    if (!forgotten)
      operation.session->saw(operation.key, seen, static_cast<std::size_t>(config.session_keys));
    reply.session = operation.session->text();
    reply.session_forgotten = operation.session->forgotten();
  }
  step.effects.emplace_back(std::move(reply));
}

void ClientShared::refuse(ClientStep& step, const ClientOperation& operation, ClientError error) {
  ReplyToClient reply;
  reply.id = operation.id;
  reply.error = std::move(error);
  step.effects.emplace_back(std::move(reply));
}

std::optional<KeyState> state_of(const HomeAnswer& answer, const Config& config) {
  if (answer.outcome != HomeAnswer::Outcome::ok) return std::nullopt;
  auto state = decode_state(answer.reply.state);
  if (!state) return std::nullopt;
  const bool siblings = config.conflict == Conflict::siblings;
  const bool other =
      siblings ? std::holds_alternative<LwwCell>(*state) : std::holds_alternative<DvvSet>(*state);
  return other ? std::nullopt : state;
}

}  // namespace fracas::store
