// What a Node consists of, and which part gets which event (node_events.cc). For node.cc only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/anti_entropy.h"
#include "store/coordinator.h"
#include "store/hinted_handoff.h"
#include "store/membership.h"
#include "store/rejoin.h"
#include "store/shared.h"
#include "store/tombstones.h"

namespace fracas::store {

/// Routes what happens to the part that it concerns.
struct Node::Impl {
  explicit Impl(NodeOptions options)
      : shared(std::move(options)),
        hints(shared),
        coordinator(shared, hints),
        anti_entropy(shared),
        rejoin(shared, anti_entropy, hints),
        tombstones(shared, hints, coordinator.writes()),
        membership(shared, anti_entropy, rejoin, hints, coordinator) {}

  Shared shared;
  HintedHandoff hints;
  Coordinator coordinator;
  AntiEntropy anti_entropy;
  Rejoin rejoin;
  Tombstones tombstones;
  Membership membership;
  std::vector<WriteRequest> received;  ///< acknowledged and not applied yet (bug ack_on_receipt)

  bool load(const std::string& key, const std::string& record);

  void handle(Step& step, const ClientRequest& request) {
    const Origin origin{.client = request.id, .forwarder = {}};
    if (!shared.keeps_quiet) return coordinator.request(step, request, origin);
    store::refuse(step, shared, origin, request.verb,
                  {ErrorKind::unavailable, "",
                   shared.name(shared.self()) +
                       " does not know yet whether its disk is an old one; nothing was written"});
  }
  void handle(Step& step, const ChangeRing& event) { membership.change(step, event); }
  void handle(Step& step, const FromPeer& event);
  void handle(Step& step, const SendFailed& event);
  void handle(Step&, const TimerFired& event) { shared.agenda.fired(event.timer); }

  void receive(Step& step, NodeIndex from, const ReadRequest& m) {
    if (!shared.votes(m.key)) return refuse(step, from, m.operation);
    KeyState state = hints.of(m.key);
    merge(state, shared.replica.find(m.key));
    step.send(from, ReadReply{m.operation, shared.incarnation, std::move(state)});
  }
  void receive(Step& step, NodeIndex from, const HintRequest& m) {
    if (comes_too_late(step, m.until_ns)) return;
    const bool known = m.target < shared.options.names.size();
    if (!known || !shared.is_our_kind(m.state)) return refuse_message();
    const bool kept = hints.keep(step, m.target, m.key, m.state);
    step.send(from, HintReply{m.operation, shared.incarnation, m.target, kept});
  }
  void receive(Step& step, NodeIndex from, const HintReply& m) {
    note(from, m);
    coordinator.writes().stand_in_replied(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const ReadReply& m) {
    note(from, m);
    if (acceptable(m.state)) coordinator.reads().replied(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const WriteRequest& m) {
    if (!shared.is_our_kind(m.state)) return refuse_message();
    shared.memory.announced(from, m.storage_sequence);
    if (comes_too_late(step, m.until_ns)) return;
    if (shared.read_only()) return m.operation == 0 ? void() : decline(step, from, m.operation);
    apply(step, m);
    if (m.operation == 0) return;
    const bool votes = shared.votes(m.key);
    if (!votes) shared.marks.reach(Mark::acknowledgement_without_vote);
    step.send(from, WriteReply{m.operation, shared.incarnation, shared.sequence.now, votes});
  }
  void receive(Step& step, NodeIndex from, const WriteReply& m) {
    if (comes_after_its_successor(from, m)) return;
    note(from, m);
    shared.memory.told(from, m.storage_sequence, m.votes);
    if (coordinator.writes().acknowledged(step, from, m)) return;
    if (!coordinator.reads().acknowledged(step, from, m)) hints.acknowledged(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const ForwardRequest& m) { coordinator.forwarded(step, from, m); }
  void receive(Step& step, NodeIndex from, const ForwardReply& m) {
    coordinator.forwards().replied(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const StampRequest& m) {
    if (!shared.votes(m.key)) return refuse(step, from, m.operation);
    step.send(from, StampReply{m.operation, shared.incarnation, stamp_us_of(shared.replica.find(m.key))});
  }
  void receive(Step& step, NodeIndex from, const StampReply& m) {
    note(from, m);
    coordinator.stamp_told(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const ExchangeRoots& m) { anti_entropy.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const ExchangeBuckets& m) {
    const EqualPartitions equal = anti_entropy.proceed(step, from, m);
    rejoin.merged(step, equal);
    membership.merged(equal);
  }
  void receive(Step& step, NodeIndex from, const ExchangeKeys& m) { anti_entropy.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const ExchangeStates& m) {
    if (!comes_too_late(step, m.until_ns)) anti_entropy.proceed(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const ExchangePush& m) {
    if (!shared.read_only() && !comes_too_late(step, m.until_ns)) anti_entropy.answer(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const ExchangePushed& m) { anti_entropy.proceed(step, from, m); }
  void receive(Step& step, NodeIndex from, const Refusal& m) {
    if (coordinator.writes().declined(step, from, m.operation)) return;
    if (coordinator.reads().refused(step, from, m.operation)) return;
    coordinator.queries().send_failed(step, from, m.operation);
    coordinator.forwards().send_failed(step, from, m.operation);
  }
  void receive(Step& step, NodeIndex from, const SequenceQuery& m) { rejoin.answer(step, from, m); }
  void receive(Step& step, NodeIndex from, const SequenceReply& m) { rejoin.answered(step, from, m); }
  void receive(Step& step, NodeIndex from, const TombstoneQuery& m) {
    shared.memory.told(from, m.storage_sequence, false);
    tombstones.answer(step, from, m);
  }
  void receive(Step& step, NodeIndex from, const TombstoneReply& m) {
    if (comes_after_its_successor(from, m)) return;
    note(from, m);
    shared.memory.told(from, m.storage_sequence, false);
    tombstones.answered(step, from, m);
  }
  void receive(Step& step, NodeIndex, const TombstoneDrop& m) { tombstones.drop(step, m); }

  void receive(Step& step, NodeIndex from, const RingNotice& m) {
    if (!membership.receive(step, from, m)) refuse_message();
  }
  void receive(Step& step, NodeIndex from, const RingPrepare& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingPromise& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingAccept& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingAccepted& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingQuery& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingState& m) { membership.receive(step, from, m); }
  void receive(Step& step, NodeIndex from, const RingProgress& m) { membership.receive(step, from, m); }

  /// Who it was that answered, and whom.
  void note(NodeIndex from, const auto& reply) {
    shared.incarnations[from] = reply.incarnation;
    if (!shared.issued(reply.operation)) shared.marks.reach(Mark::reply_to_former_incarnation);
  }
  /// Of a process whose successor has already been told what is remembered of it (peer_memory.h).
  bool comes_after_its_successor(NodeIndex from, const auto& reply) {
    return shared.catches_up() && shared.issued(reply.operation) &&
           !shared.memory.hears(from, reply.incarnation, shared.ordinal(reply.operation), shared.asked());
  }
  /// Then it is as if it had been lost.
  bool comes_too_late(const Step& step, std::int64_t until_ns) {
    if (!shared.too_late(step.now(), until_ns)) return false;
    shared.marks.reach(Mark::message_too_late);
    ++shared.counters.late_messages;
    return true;
  }
  void refuse(Step& step, NodeIndex to, OperationId operation) {
    shared.marks.reach(Mark::read_refused);
    step.send(to, Refusal{operation, shared.incarnation});
  }
  /// A write that this disk would have to take.
  void decline(Step& step, NodeIndex to, OperationId operation) {
    shared.marks.reach(Mark::write_declined);
    step.send(to, Refusal{operation, shared.incarnation});
  }
  void perform(Step& step, const Task& task);
  void hear_clock(const Instant& now, std::int64_t clock_us);
  void sign(const Instant& now, std::vector<Effect>& effects, std::size_t first);
  void tell_clock(const Instant& now, std::vector<Effect>& effects, std::size_t first);
  void apply(Step& step, const WriteRequest& m);
  void apply_received(Step& step);
  bool acceptable(const KeyState& state);
  void refuse_message() { ++shared.counters.messages_refused; }
};

}  // namespace fracas::store
