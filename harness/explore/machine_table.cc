#include "harness/explore/machine_table.h"

#include <cassert>

#include "store/wire.h"

namespace fracas::harness::explore {
namespace {

std::string text_of(const store::Message& message) {
  const auto frame = store::encode({0, 0, message});
  assert(frame);
  return *frame;
}

std::string text_of(const store::ReplyToClient& answer) {
  std::string text = answer.error ? "error " + std::string(to_string(answer.error->kind)) : "ok";
  for (const std::string& value : answer.values) text += '\n' + value;
  return text + '\n' + answer.context + '\n' + answer.clock;
}

std::string text_of(const std::map<std::string, std::string>& disk) {
  std::string text;
  for (const auto& [key, record] : disk) {
    text += std::to_string(key.size()) + ':' + key + std::to_string(record.size()) + ':' + record;
  }
  return text;
}

std::string text_of(const Begin& begin) {
  const store::ClientRequest& request = begin.request;
  return std::to_string(request.id) + '\n' + std::to_string(begin.wall_us) + '\n' +
         std::to_string(static_cast<int>(request.verb)) + '\n' + request.value + '\n' + request.context;
}

/// A state has few causes, so both fit: 32 bits of state, then kind, peer and what.
std::uint64_t key_of(MachineId id, const Cause& cause) {
  assert(cause.what < (1U << 24) && cause.peer < 16);
  return std::uint64_t{id} << 32 | std::uint64_t{static_cast<std::uint8_t>(cause.kind)} << 28 |
         std::uint64_t{cause.peer} << 24 | cause.what;
}

}  // namespace

MachineId MachineTable::add(NodeIndex node) {
  MachineOptions options = ground_;
  options.self = node;
  return remember({.node = node, .parent = static_cast<MachineId>(states_.size()), .cause = {}, .facts = {}},
                  Machine(options));
}

const MachineTable::Move& MachineTable::move(MachineId id, const Cause& cause) {
  const auto [found, added] =
      known_.try_emplace(key_of(id, cause), static_cast<std::uint32_t>(moves_.size()));
  if (!added) return moves_[found->second];
  const auto machine = relive(id);
  machine->happen(happening(cause));
  Move move;
  for (const auto& [to, message] : machine->sent)
    move.sent.emplace_back(to, messages_.id_of(text_of(message), message));
  for (const auto& answer : machine->replies)
    move.answers.emplace_back(answer.id, answers_.id_of(text_of(answer), answer));
  move.to = remember({.node = states_[id].node, .parent = id, .cause = cause, .facts = {}}, *machine);
  return moves_.emplace_back(std::move(move));
}

BeginId MachineTable::number(const Begin& begin) { return begins_.id_of(text_of(begin), begin); }

Happening MachineTable::happening(const Cause& cause) const {
  switch (cause.kind) {
    case Cause::Kind::begin:
      return begins_[cause.what];
    case Cause::Kind::deliver:
      return Deliver{cause.peer, messages_[cause.what]};
    case Cause::Kind::refuse:
      return Refuse{cause.peer, messages_[cause.what]};
    case Cause::Kind::fire:
      return Fire{};
    case Cause::Kind::sync:
      return Sync{};
    case Cause::Kind::crash:
      return Crash{false};
    case Cause::Kind::crash_keeping:
      return Crash{true};
    case Cause::Kind::restart:
      break;
  }
  return Restart{};
}

std::unique_ptr<Machine> MachineTable::relive(MachineId id) const {
  std::vector<MachineId> way;
  for (; states_[id].parent != id; id = states_[id].parent) way.push_back(id);
  MachineOptions options = ground_;
  options.self = states_[id].node;
  auto machine = std::make_unique<Machine>(options);
  for (auto at = way.rbegin(); at != way.rend(); ++at) machine->happen(happening(states_[*at].cause));
  return machine;
}

MachineId MachineTable::remember(State state, const Machine& machine) {
  const auto fingerprint = merge_equal_ ? machine.fingerprint() : std::nullopt;
  if (fingerprint) {
    const auto [found, added] =
        by_fingerprint_.try_emplace(*fingerprint, static_cast<MachineId>(states_.size()));
    if (!added) return found->second;
  }
  state.facts = {machine.up(), machine.syncing(), machine.has_timer(),
                 disks_.id_of(text_of(machine.disk()), machine.disk())};
  states_.push_back(state);
  return static_cast<MachineId>(states_.size() - 1);
}

}  // namespace fracas::harness::explore
