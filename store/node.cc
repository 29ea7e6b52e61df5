#include "store/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <utility>

#include "store/anti_entropy.h"
#include "store/coordinator.h"
#include "store/describe.h"
#include "store/fingerprint.h"
#include "store/health.h"
#include "store/hinted_handoff.h"
#include "store/inspection.h"
#include "store/membership.h"
#include "store/metrics.h"
#include "store/rejoin.h"
#include "store/shared.h"
#include "store/tombstones.h"

namespace fracas::store {
namespace {

constexpr std::array<std::string_view, 10> error_kinds{
    "bad-request", "value-too-large", "too-many-siblings", "overloaded",    "unavailable",
    "timeout",     "unknown-outcome", "read-only",         "stale-session", "conflict"};
constexpr std::int64_t applied_after_ns = 20'000'000;  ///< with bug ack_on_receipt

/// Bug actor_id_collision: nothing in it tells two nodes apart that start in the same second.
Actor actor_of_second(Instant now) {
  Actor actor;
  std::int64_t second = now.wall_us / 1'000'000;
  for (auto byte = actor.bytes.rbegin(); second > 0; ++byte, second >>= 8)
    *byte = static_cast<std::uint8_t>(second & 0xff);
  return actor;
}

bool wants_no_persist(const std::vector<Effect>& effects, std::size_t first) {
  return std::none_of(effects.begin() + static_cast<std::ptrdiff_t>(first), effects.end(),
                      [](const Effect& effect) { return std::holds_alternative<Persist>(effect); });
}

template <class... Visitors>
struct overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace

std::string_view to_string(ErrorKind kind) { return error_kinds[static_cast<std::size_t>(kind)]; }

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

/// False: unreadable.
bool Node::Impl::load(const std::string& key, const std::string& record) {
  if (key == StampClock::record_key) return shared.stamps.load(record);
  if (!key.empty() && key[0] == HintedHandoff::record_prefix) return hints.load(key, record);
  if (key == std::string_view(&StorageSequence::record_key, 1)) return rejoin.load_sequence(record);
  if (key == std::string_view(&Rejoin::record_key, 1)) return rejoin.load_lost(record);
  if (key == std::string_view(&RingAgreement::record_key, 1)) return membership.load_agreement(record);
  if (key == std::string_view(&Membership::record_key, 1)) return membership.load_ring(record);
  auto state = decode_state(record);
  if (key.empty() || key[0] != Replica::record_prefix || !state || !shared.is_our_kind(*state)) return false;
  if (const auto* cell = std::get_if<LwwCell>(&*state)) shared.stamps.observe(cell->stamp);
  shared.replica.load(key.substr(1), *std::move(state));
  return true;
}

void Node::Impl::handle(Step& step, const FromPeer& event) {
  if (event.from >= shared.options.names.size() || event.from == shared.self()) return refuse_message();
  if (is_answer(event.message)) shared.detector.answered(event.from);
  if (shared.keeps_quiet && !std::holds_alternative<SequenceQuery>(event.message) &&
      !std::holds_alternative<SequenceReply>(event.message))
    return;
  if (!membership.admits(step, event.from, event.message)) return;
  hints.heard_from(step, event.from);
  std::visit(
      [&](const auto& message) {
        hear_clock(step.now(), message.clock_us);
        receive(step, event.from, message);
      },
      event.message);
}

void Node::Impl::hear_clock(const Instant& now, std::int64_t clock_us) {
  if (!shared.stamps.is_hybrid() || shared.stamps.hear(clock_us, now.wall_us)) return;
  shared.marks.reach(Mark::clock_not_followed);
  ++shared.counters.clocks_refused;
}

/// What goes to peers carries the number of the ring.
void Node::Impl::sign(const Instant& now, std::vector<Effect>& effects, std::size_t first) {
  for (std::size_t i = first; i < effects.size(); ++i) {
    if (auto* out = std::get_if<SendToPeer>(&effects[i]))
      std::visit([&](auto& message) { message.epoch = shared.ring.epoch(); }, out->message);
  }
  tell_clock(now, effects, first);
}

/// Whatever this step says to anybody, it says at the clock as it is now; how far that may go is on the disk
/// before anybody gets an answer. (Requests do not wait for the disk. Who sees a stamp that was not answered
/// for yet carries it in its session.)
void Node::Impl::tell_clock(const Instant& now, std::vector<Effect>& effects, std::size_t first) {
  // A node that cannot write down a bound tells no clock. It issues no stamps either, and those that it
  // passes on are in the values.
  if (!shared.stamps.is_hybrid() || shared.read_only()) return;
  bool told = false;
  for (std::size_t i = first; i < effects.size(); ++i) {
    told = told || std::holds_alternative<ReplyToClient>(effects[i]);
    auto* out = std::get_if<SendToPeer>(&effects[i]);
    if (out == nullptr) continue;
    told = true;
    std::visit([&](auto& message) { message.clock_us = shared.stamps.tell(now.wall_us); }, out->message);
  }
  if (!told) return;
  if (auto bound = shared.stamps.new_bound()) {
    Persist persist;
    persist.writes.emplace_back(StampClock::record_key, std::move(bound));
    effects.insert(effects.begin() + static_cast<std::ptrdiff_t>(first), std::move(persist));
  }
}

/// Answers are not sent again: whoever waits for them times out.
void Node::Impl::handle(Step& step, const SendFailed& event) {
  if (event.to >= shared.options.names.size()) return refuse_message();
  shared.detector.unanswered(event.to);
  std::visit(
      overloaded{
          [&](const ReadRequest& m) { coordinator.reads().send_failed(step, event.to, m.operation); },
          [&](const StampRequest& m) { coordinator.queries().send_failed(step, event.to, m.operation); },
          [&](const WriteRequest& m) {
            if (coordinator.writes().send_failed(step, event.to, m.operation)) return;
            if (!coordinator.reads().write_back_failed(step, event.to, m.operation))
              hints.send_failed(m.operation);
          },
          [&](const HintRequest& m) { coordinator.writes().stand_in_not_reached(step, event.to, m); },
          [&](const ForwardRequest& m) { coordinator.forwards().send_failed(step, event.to, m.operation); },
          [&](const ExchangeRoots& m) { anti_entropy.send_failed(event.to, m.operation); },
          [&](const ExchangeKeys& m) { anti_entropy.send_failed(event.to, m.operation); },
          [&](const ExchangePush& m) { anti_entropy.send_failed(event.to, m.operation); },
          [](const auto&) {},
      },
      event.message);
}

void Node::Impl::perform(Step& step, const Task& task) {
  switch (task.kind) {
    case Task::Kind::read:
      return coordinator.reads().time_out(step, task.id);
    case Task::Kind::write:
      return coordinator.writes().time_out(step, task.id);
    case Task::Kind::forward:
      return coordinator.forwards().time_out(step, task.id);
    case Task::Kind::hints:
      return hints.tick(step);
    case Task::Kind::round:
      return anti_entropy.round(step);
    case Task::Kind::exchange:
      return anti_entropy.time_out(task.id);
    case Task::Kind::patience:
      if (!coordinator.writes().lose_patience(step, task.id))
        coordinator.reads().lose_patience(step, task.id);
      return;
    case Task::Kind::apply:
      return apply_received(step);
    case Task::Kind::query:
      return coordinator.queries().time_out(step, task.id);
    case Task::Kind::commit:
      return coordinator.writes().try_commit(step, task.id);
    case Task::Kind::rejoin:
      return rejoin.tick(step);
    case Task::Kind::tombstones:
      return tombstones.tick(step);
    case Task::Kind::proposal:
      return membership.retry(step);
    case Task::Kind::ring:
      return membership.tick(step);
  }
}

void Node::Impl::apply(Step& step, const WriteRequest& m) {
  const BugSet& bugs = shared.config().bugs;
  const bool repair = m.operation == 0;
  if (!bugs.any()) {
    const bool changed = shared.replica.merge(step, m.key, m.state);
    if (repair && !changed && !covers(m.state, shared.replica.find(m.key)))
      shared.marks.reach(Mark::read_repair_met_newer);
  } else if (bugs.has(Bug::ack_on_receipt)) {
    if (received.empty()) shared.agenda.add(step.now().steady_ns + applied_after_ns, {Task::Kind::apply, 0});
    received.push_back(m);
  } else if (bugs.has(repair ? Bug::rr_overwrites_siblings : Bug::handoff_blind_put)) {
    shared.replica.replace(step, m.key, m.state);
  } else if (bugs.has(Bug::replica_stamps)) {
    shared.replica.merge(step, m.key, shared.stamped_anew(step.now().wall_us, m.state));
  } else {
    shared.replica.merge(step, m.key, m.state);
  }
}

void Node::Impl::apply_received(Step& step) {
  for (const WriteRequest& m : std::exchange(received, {})) shared.replica.merge(step, m.key, m.state);
}

bool Node::Impl::acceptable(const KeyState& state) {
  const bool good = std::holds_alternative<std::monostate>(state) || shared.is_our_kind(state);
  if (!good) refuse_message();
  return good;
}

boost::system::result<std::unique_ptr<Node>, std::string> Node::open(NodeOptions options,
                                                                     const Records& records) {
  assert(options.self < options.names.size());
  assert(static_cast<int>(options.names.size()) == options.config.nodes);
  auto impl = std::make_unique<Impl>(std::move(options));
  if (impl->shared.options.disk_was_damaged && !impl->shared.config().bugs.has(Bug::corruption_as_missing))
    impl->rejoin.lose_all();
  for (const auto& [key, record] : records) {
    if (impl->load(key, record)) continue;
    return fmt::format("the record of {} is unreadable, or was written with another value of `conflict`",
                       json_quote(is_utf8(key) ? key : "a key that is no UTF-8"));
  }
  return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

void Node::start(Instant now, std::vector<Effect>& effects) {
  const std::size_t first = effects.size();
  Step step(now, effects, impl_->shared.sequence);
  if (impl_->shared.config().bugs.has(Bug::actor_id_collision)) impl_->shared.become(actor_of_second(now));
  impl_->shared.monitor.start(now.steady_ns);
  impl_->shared.keeps_quiet = impl_->shared.config().gc == Gc::confirmed;  // until rejoin says
  impl_->hints.start(step);
  impl_->anti_entropy.start(step);
  impl_->rejoin.start(step);
  impl_->tombstones.start(step);
  impl_->membership.start(step);
  impl_->shared.agenda.arm(step);
  impl_->sign(now, effects, first);
  assert(!impl_->shared.read_only() || wants_no_persist(effects, first));
}

void Node::step(Instant now, const Event& event, std::vector<Effect>& effects) {
  const std::size_t first = effects.size();
  Step step(now, effects, impl_->shared.sequence);
  std::visit([&](const auto& happened) { impl_->handle(step, happened); }, event);
  if (std::holds_alternative<TimerFired>(event)) {
    while (const auto task = impl_->shared.agenda.take_due(now.steady_ns)) impl_->perform(step, *task);
  }
  impl_->membership.settle(step);
  impl_->shared.agenda.arm(step);
  impl_->sign(now, effects, first);
  assert(!impl_->shared.read_only() || wants_no_persist(effects, first));
}

Metrics Node::metrics(Instant now) const {
  return metrics_of(impl_->shared, impl_->hints, impl_->anti_entropy, impl_->rejoin,
                    impl_->coordinator.open(), now);
}

std::string Node::health(Instant now) const {
  return health_json(impl_->shared, health_of(impl_->shared, impl_->hints, impl_->anti_entropy, now));
}

std::string Node::ring() const { return ring_json(impl_->shared); }

boost::system::result<std::vector<std::string>, ClientError> Node::merkle(const MerkleQuery& query) const {
  return merkle_lines(impl_->shared, query);
}

std::vector<std::string> Node::divergences(Instant now) const { return divergence_lines(impl_->shared, now); }

std::uint64_t Node::hints_pending() const { return impl_->hints.pending(); }

std::vector<std::pair<NodeIndex, std::uint64_t>> Node::exchanges_completed() const {
  std::vector<std::pair<NodeIndex, std::uint64_t>> completed;
  for (NodeIndex peer = 0; peer < impl_->shared.options.names.size(); ++peer) {
    if (impl_->anti_entropy.has_partitions_in_common(peer))
      completed.emplace_back(peer, impl_->anti_entropy.completed(peer));
  }
  return completed;
}

std::uint64_t Node::changes() const { return impl_->shared.replica.changes(); }

std::uint64_t Node::repairs() const { return impl_->shared.counters.repairs(); }
bool Node::voting() const { return impl_->shared.not_voting() == 0; }
bool Node::read_only() const { return impl_->shared.read_only(); }

const MarkSet& Node::marks() const { return impl_->shared.marks; }

std::string Node::status(Instant) const {
  const Shared& shared = impl_->shared;
  std::string peers;
  for (const auto& [peer, completed] : exchanges_completed()) {
    peers += fmt::format(R"({}{}:{{"completed":{}}})", peers.empty() ? "" : ",",
                         json_quote(shared.name(peer)), completed);
  }
  return fmt::format(
      R"({{"node":{},"incarnation":{},"voting":{},"read_only":{},"storage_sequence":{},)"
      R"("partitions_not_voting":{},"partitions_joining":{},"ring_epoch":{},"hints_pending":{},"keys":{},"changes":{},)"
      R"("repairs":{},"anti_entropy":{{"peers":{{{}}}}}}})",
      json_quote(shared.name(shared.self())), json_quote(to_string(shared.incarnation, shared.options.names)),
      voting(), read_only(), shared.sequence.now, std::popcount(shared.not_voting()),
      std::popcount(shared.joining), shared.ring.epoch(), impl_->hints.pending(), shared.replica.size(),
      changes(), repairs(), peers);
}

std::string Node::replica_state(const std::string& key) const {
  return replica_json(key, impl_->shared.replica.find(key), impl_->shared.options.names);
}

std::vector<std::string> Node::keys() const { return impl_->shared.replica.keys(); }

std::vector<std::string> Node::hints(Instant now) const { return impl_->hints.listed(now); }

std::string Node::preference_list(const std::string& key) const {
  return preference_list_json(impl_->shared, key);
}

std::string Node::fingerprint() const {
  Fingerprint out;
  const auto& [shared, hints, coordinator, anti_entropy, rejoin, tombstones, membership, received] = *impl_;
  out.add(shared, hints, coordinator, anti_entropy, rejoin, tombstones, membership, received);
  return out.bytes();
}

}  // namespace fracas::store
