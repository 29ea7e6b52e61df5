// What happens at a node and who is told: every event of the driver (a message, a timer, a finished sync, a
// request of a client) goes to the parts that it concerns, in the order that they rely on.

#include <algorithm>
#include <cassert>
#include <utility>

#include "store/node_parts.h"

namespace fracas::store {
namespace {

constexpr std::int64_t applied_after_ns = 20'000'000;  ///< with bug ack_on_receipt

template <class... Visitors>
struct overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace

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

}  // namespace fracas::store
