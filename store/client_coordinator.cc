#include "store/client_coordinator.h"

#include <algorithm>
#include <utility>

#include "store/request.h"

namespace fracas::store {
namespace {

using Purpose = ClientShared::Purpose;
using Checked = boost::system::result<ClientOperation, ClientError>;

ClientError bad(std::string field, const std::string& why) {
  std::string message = field + ": " + why;
  return {ErrorKind::bad_request, std::move(field), std::move(message)};
}

/// n, r and w of the request, or else the cluster's. (Keys, values and contexts are checked by the homes.)
Checked check(const ClientShared& shared, std::int64_t now_ns, ClientRequest& asked) {
  const Config& config = shared.config;
  const bool read = asked.verb == Verb::get;
  const int n = asked.n.value_or(config.n);
  if (n < 1 || n > config.n)
    return bad("n",
               std::to_string(n) + " must be between 1 and the cluster's n = " + std::to_string(config.n));
  const std::optional<int>& given = read ? asked.r : asked.w;
  const int wanted = given ? resolve_level(*given, n) : std::min(read ? config.r : config.w, n);
  if (wanted < 1 || wanted > n)
    return bad(read ? "r" : "w", std::to_string(wanted) + " must be between 1 and n = " + std::to_string(n));
  ClientOperation operation;
  if (!asked.session.empty()) {
    auto session = SessionToken::parse(asked.session);
    if (!session) return bad("session", session.error().message);
    operation.session = *std::move(session);
  }
  if (!read && config.stamp == StampSource::client && !asked.stamp_us)
    return bad("stamp", "this cluster has stamp = client: say what the client's clock shows");
  operation.id = asked.id;
  operation.verb = asked.verb;
  operation.homes = shared.ring.homes(asked.key, n);
  operation.wanted = static_cast<std::size_t>(wanted);
  operation.repair = asked.repair.value_or(config.repair);
  operation.stamp_us = asked.stamp_us.value_or(0);
  operation.seen_us = asked.seen_us.value_or(0);
  if (operation.session && !config.bugs.has(Bug::session_ignored_by_writes))
    operation.seen_us = std::max(operation.seen_us, operation.session->stamp_us(asked.key));
  operation.deadline_ns = now_ns + asked.timeout_ns.value_or(config.timeout_ns);
  operation.key = std::move(asked.key);
  operation.value = std::move(asked.value);
  operation.context = std::move(asked.context);
  return operation;
}

}  // namespace

ClientCoordinator::ClientCoordinator(const Config& config, std::vector<std::string> names, NodeIndex client,
                                     const std::array<std::uint8_t, 16>& random)
    : shared_{.config = config,
              .names = std::move(names),
              .ring = Ring(first_members(config), config.bugs),
              .self = Actor::of(static_cast<NodeIndex>(first_client + client), random),
              .detector = FailureDetector(config.suspect_after),
              .questions = {}},
      reads_(shared_),
      writes_(shared_) {}

void ClientCoordinator::begin(std::int64_t now_ns, ClientRequest asked, std::optional<NodeIndex> first,
                              std::vector<ClientEffect>& effects) {
  ClientStep step{now_ns, effects};
  ClientOperation refused;
  refused.id = asked.id;
  if (open() >= max_open) {
    return ClientShared::refuse(step, refused,
                                {ErrorKind::overloaded, "",
                                 "over the limit of " + std::to_string(max_open) +
                                     " open operations and questions of this client; nothing was done"});
  }
  auto operation = check(shared_, now_ns, asked);
  if (!operation) return ClientShared::refuse(step, refused, operation.error());
  auto& homes = operation->homes;
  std::stable_partition(homes.begin(), homes.end(),
                        [&](NodeIndex home) { return !shared_.detector.believes_down(home); });
  if (first)
    std::stable_partition(homes.begin(), homes.end(), [&](NodeIndex home) { return home == *first; });
  if (operation->verb == Verb::get) {
    reads_.begin(step, *std::move(operation));
  } else {
    writes_.begin(step, *std::move(operation));
  }
}

void ClientCoordinator::told(std::int64_t now_ns, QuestionId id, const HomeAnswer& answer,
                             std::vector<ClientEffect>& effects) {
  const auto found = shared_.questions.find(id);
  if (found == shared_.questions.end()) return;
  const ClientShared::Question question = found->second;
  shared_.questions.erase(found);
  using Outcome = HomeAnswer::Outcome;
  const bool answered = answer.outcome == Outcome::ok || answer.outcome == Outcome::refused;
  answered ? shared_.detector.answered(question.to) : shared_.detector.unanswered(question.to);
  ClientStep step{now_ns, effects};
  switch (question.purpose) {
    case Purpose::copy:
      reads_.told_copy(step, question.operation, question.to, answer);
      return writes_.told_copy(step, question.operation, question.to, answer);
    case Purpose::dot:
      return writes_.told_dot(step, question.operation, question.to, answer);
    case Purpose::acknowledgement:
      return writes_.told_acknowledgement(step, question.operation, question.to, answer);
    case Purpose::write_back:
      return reads_.told_write_back(step, question.operation, question.to,
                                    answer.outcome == HomeAnswer::Outcome::ok);
    case Purpose::nothing:
      return;
  }
}

}  // namespace fracas::store
