#include "store/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <tuple>
#include <type_traits>

#include "store/describe.h"

namespace fracas::store {
namespace {

/// What is asked of a home, and must not be left without an answer.
std::optional<OperationId> asks(const Message& message) {
  return std::visit(
      [](const auto& m) -> std::optional<OperationId> {
        using M = std::decay_t<decltype(m)>;
        constexpr bool question = std::is_same_v<M, ReadRequest> || std::is_same_v<M, WriteRequest> ||
                                  std::is_same_v<M, StampRequest> || std::is_same_v<M, ForwardRequest>;
        if constexpr (question) {
          if (m.operation != 0) return m.operation;
        }
        return std::nullopt;
      },
      message);
}

/// Answers are evidence of what a home had when it gave them, and questions carry their own numbers.
bool is_of_any_ring(const Message& message) {
  return std::holds_alternative<RingNotice>(message) || std::holds_alternative<SequenceQuery>(message) ||
         std::holds_alternative<SequenceReply>(message) || std::holds_alternative<ReadReply>(message) ||
         std::holds_alternative<WriteReply>(message) || std::holds_alternative<StampReply>(message) ||
         std::holds_alternative<ForwardReply>(message) || std::holds_alternative<HintReply>(message) ||
         std::holds_alternative<Refusal>(message);
}

}  // namespace

bool Membership::load_ring(std::string_view record) {
  auto ring = RingDocument::decode(record, shared_.options.names.size(), shared_.config());
  if (!ring) return false;
  shared_.ring = *std::move(ring);
  return true;
}

void Membership::start(Step& step) {
  agreement_.start(step);
  move_.begin(step);
  settle(step);
}

/// Requests and exchanges are between nodes that have the same ring. Who has another one is told of this
/// node's, and whoever has the later one follows. What is behind asks again by itself then; what is ahead
/// must not wait for an answer.
bool Membership::admits(Step& step, NodeIndex from, const Message& message) {
  const std::uint32_t epoch = std::visit([](const auto& m) { return m.epoch; }, message);
  const std::uint32_t ours = shared_.ring.epoch();
  if (epoch == ours || is_of_any_ring(message)) return true;
  if (shared_.config().bugs.has(Bug::ring_epoch_not_checked)) return true;
  tell(step, from);
  const auto operation = asks(message);
  const bool forwarded = std::holds_alternative<ForwardRequest>(message);
  // One that is here again may be under way here, and then it was not refused.
  if (forwarded && !coordinator_.takes_forward(from, *operation)) return false;
  if (operation && (epoch > ours || forwarded)) step.send(from, Refusal{*operation, shared_.incarnation});
  return false;
}

void Membership::tell(Step& step, NodeIndex to) {
  RingNotice notice;
  shared_.ring.encode(notice.document);
  step.send(to, std::move(notice));
}

bool Membership::receive(Step& step, NodeIndex from, const RingNotice& m) {
  const auto ring = RingDocument::decode(m.document, shared_.options.names.size(), shared_.config());
  if (!ring) return false;
  if (ring->epoch() > shared_.ring.epoch()) follow(step, *ring);
  if (ring->epoch() < shared_.ring.epoch()) tell(step, from);
  return true;
}

/// The document is on this disk before any answer that is given under it. Everybody is told of it before they
/// are asked anything under it. A disk that takes no writes stays behind, and answers nobody who has gone on.
void Membership::follow(Step& step, const RingDocument& document) {
  assert(document.epoch() > shared_.ring.epoch());
  if (shared_.read_only()) return;
  const int n = shared_.config().n;
  std::uint64_t unseen = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    const std::uint64_t bit = std::uint64_t{1} << partition;
    const bool had = shared_.ring.is_home(shared_.self(), partition, n) && (shared_.joining & bit) == 0;
    if (!had && document.now().is_home(shared_.self(), partition, n)) unseen |= bit;
  }
  shared_.ring = document;
  std::string record;
  document.encode(record);
  step.persist_at_once(std::string(1, record_key), std::move(record));
  for (NodeIndex node = 0; node < shared_.options.names.size(); ++node)
    if (node != shared_.self()) tell(step, node);
  agreement_.ring_changed(step);
  anti_entropy_.ring_changed();
  rejoin_.ring_changed(step, unseen);
  move_.begin(step);
  coordinator_.ring_changed(step);
  hints_.ring_changed(step);
}

void Membership::change(Step& step, const ChangeRing& event) {
  const auto answer = [&](ErrorKind kind, const std::string& why, const std::string& field = "") {
    answer_ring_change(step, event.id, ClientError{kind, field, why}, shared_.ring);
  };
  if (const auto why = why_ring_is_fixed(shared_.config()); !why.empty())
    return answer(ErrorKind::bad_request, why);
  if (shared_.read_only())
    return answer(ErrorKind::read_only, "the disk of " + shared_.name(shared_.self()) + " takes no writes");
  const auto& names = shared_.options.names;
  RingChange change{.kind = event.kind};
  for (const auto& [field, name, place] :
       {std::tuple("node", &event.node, &change.node), std::tuple("with", &event.with, &change.with)}) {
    const auto found = std::find(names.begin(), names.end(), *name);
    if (found == names.end() && !name->empty())
      return answer(ErrorKind::bad_request, fmt::format("{}: there is no node {}", field, json_quote(*name)),
                    field);
    if (found != names.end()) *place = static_cast<NodeIndex>(found - names.begin());
  }
  auto document = shared_.ring.changed(change, shared_.config().n, names);
  if (!document) return answer(ErrorKind::conflict, document.error());
  if (shared_.config().bugs.has(Bug::concurrent_ring_changes)) {
    follow(step, *document);
    return answer_ring_change(step, event.id, {}, shared_.ring);
  }
  agreement_.propose(step, *std::move(document), event.id);
}

void Membership::settle(Step& step) {
  if (rejoin_.take_loss()) agreement_.lost_state(step);
  while (const auto document = agreement_.take_decision()) follow(step, *document);
}

}  // namespace fracas::store
