// The states that the nodes of a small world have been in. A node's state follows from what happened to it,
// so the table remembers one sequence of happenings for each state, and computes each step of a node once,
// however many schedules contain it. Two sequences lead to one state if the fingerprints of the machine say
// so (which, as far as they do not, costs time and nothing else).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/explore/machine.h"

namespace fracas::harness::explore {

using MachineId = std::uint32_t;
using MessageId = std::uint32_t;
using BeginId = std::uint32_t;
using AnswerId = std::uint32_t;

/// Different things numbered in the order in which they first came up.
template <class Thing>
class Numbered {
 public:
  std::uint32_t id_of(const std::string& text, const Thing& thing) {
    const auto [found, added] = ids_.try_emplace(text, static_cast<std::uint32_t>(things_.size()));
    if (added) things_.push_back(thing);
    return found->second;
  }
  const Thing& operator[](std::uint32_t id) const { return things_[id]; }
  std::size_t size() const { return things_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<Thing> things_;
};

/// A happening in short.
struct Cause {
  enum class Kind : std::uint8_t { begin, deliver, refuse, fire, sync, crash, crash_keeping, restart };
  Kind kind = Kind::begin;
  std::uint8_t peer = 0;   ///< deliver: who sent it; refuse: to whom
  std::uint32_t what = 0;  ///< begin: BeginId; deliver, refuse: MessageId
};

class MachineTable {
 public:
  struct Move {
    MachineId to = 0;
    std::vector<std::pair<NodeIndex, MessageId>> sent;
    std::vector<std::pair<store::RequestId, AnswerId>> answers;
  };
  struct Facts {
    bool up = true;
    bool syncing = false;
    bool has_timer = false;
    std::uint32_t disk = 0;  ///< number of what is on it
  };

  /// Without `merge_equal` each sequence of happenings is a state of its own.
  explicit MachineTable(MachineOptions ground, bool merge_equal = true)
      : ground_(std::move(ground)), merge_equal_(merge_equal) {}

  /// A new node that has seen nothing. Once for each node.
  MachineId add(NodeIndex);
  /// The reference holds until the next call.
  const Move& move(MachineId, const Cause&);
  const Facts& facts(MachineId id) const { return states_[id].facts; }

  BeginId number(const Begin&);
  const store::Message& message(MessageId id) const { return messages_[id]; }
  const store::ReplyToClient& answer(AnswerId id) const { return answers_[id]; }
  const std::map<std::string, std::string>& disk(std::uint32_t id) const { return disks_[id]; }
  std::size_t size() const { return states_.size(); }

 private:
  struct State {
    NodeIndex node = 0;
    MachineId parent = 0;
    Cause cause;
    Facts facts;
  };

  Happening happening(const Cause&) const;
  /// A machine that has lived through what led to the state.
  std::unique_ptr<Machine> relive(MachineId) const;
  MachineId remember(State, const Machine&);

  MachineOptions ground_;
  bool merge_equal_;
  std::vector<State> states_;
  std::unordered_map<std::string, MachineId> by_fingerprint_;
  std::unordered_map<std::uint64_t, std::uint32_t> known_;  ///< state and cause -> index in moves_
  std::vector<Move> moves_;
  Numbered<Begin> begins_;
  Numbered<store::Message> messages_;
  Numbered<store::ReplyToClient> answers_;
  Numbered<std::map<std::string, std::string>> disks_;
};

}  // namespace fracas::harness::explore
