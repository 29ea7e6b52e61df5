// A scope as a state machine: every situation that it can be in, and every action that can come next.
// Situations are small values; what happens inside the nodes is looked up in the table of their states.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/explore/few.h"
#include "harness/explore/machine_table.h"
#include "harness/explore/scope.h"

namespace fracas::harness::explore {

inline constexpr std::size_t max_nodes = 5;
inline constexpr std::size_t max_operations = 6;
inline constexpr std::size_t max_flights = 40;

/// A message on its way, or one that its sender will be told it could not send.
struct Flight {
  std::uint32_t refused : 1 = 0;
  std::uint32_t from : 3 = 0;
  std::uint32_t to : 3 = 0;
  std::uint32_t message : 25 = 0;
  std::uint32_t link() const { return refused << 6U | from << 3U | to; }
  std::uint32_t key() const { return link() << 25U | message; }
  bool operator==(const Flight& other) const { return key() == other.key(); }
};

struct Progress {
  AnswerId answer = 0;  ///< ok only
  Status status = Status::waiting;
  std::uint8_t node = 0;    ///< where it was sent; while it is open
  std::uint8_t before = 0;  ///< bit i: operation i had ended when this one began
  bool operator==(const Progress&) const = default;
};

struct Situation {
  Few<MachineId, max_nodes> machines;
  Few<Progress, max_operations> operations;
  Few<Flight, max_flights>
      network;              ///< by link; within a link oldest first, or sorted if messages may overtake
  std::uint8_t losses = 0;  ///< that have happened
  std::uint8_t crashes = 0;
  std::uint8_t timers = 0;
  std::uint8_t repetitions = 0;

  bool operator==(const Situation&) const = default;
  std::uint64_t hash() const;
};

struct Action {
  enum class Kind : std::uint8_t {
    begin,
    deliver,
    repeat,
    lose,
    refuse,
    fire,
    sync,
    crash,
    crash_keeping,
    restart
  };
  Kind kind = Kind::begin;
  std::uint8_t node = 0;       ///< where it happens
  std::uint8_t operation = 0;  ///< begin
  std::uint16_t flight = 0;    ///< deliver, repeat, lose, refuse: index in Situation::network
};

/// What came of an action at once, for those that tell of it.
struct Consequences {
  std::vector<Flight> sent;
  std::vector<std::size_t> ended;  ///< operations
};

class SmallWorld {
 public:
  /// Error: a knob of the scope is wrong.
  static Result<SmallWorld> open(const Scope&, bool merge_equal_nodes = true);

  const Scope& scope() const { return scope_; }
  const store::Config& config() const { return ground_.config; }

  Situation start() const { return start_; }
  std::vector<Action> actions(const Situation&) const;
  Situation after(const Situation&, const Action&, Consequences* = nullptr);
  /// Nothing more will happen by itself: all have begun what they can, nothing is under way, all nodes are
  /// up.
  bool quiet(const Situation&) const;

  /// What was seen from outside; `with_ending` only when quiet.
  Story story(const Situation&, bool with_ending) const;
  /// Situations that tell different stories have different texts; shorter than the story.
  std::string story_text(const Situation&, bool with_ending) const;
  const MachineTable& table() const { return table_; }

 private:
  SmallWorld(const Scope&, MachineOptions, bool merge_equal_nodes);

  bool may_begin(const Situation&, std::size_t operation) const;
  /// The answer that the operation's client got last, or nothing.
  const store::ReplyToClient* last_answer(const Situation&, std::size_t operation) const;
  /// The highest stamp in the answers that the operation's client got before it.
  std::int64_t highest_seen(const Situation&, std::size_t operation) const;
  std::string written(const Operation&, const store::ReplyToClient* last) const;
  Cause begin(Situation&, const Action&);
  void move(Situation&, NodeIndex, const Cause&, Consequences&);
  void complete(Situation&, std::size_t operation, AnswerId);
  void crash(Situation&, NodeIndex, Consequences&);
  void insert(Situation&, const Flight&) const;
  /// The oldest of its link, or any if messages overtake each other.
  bool may_arrive(const Situation&, std::size_t flight) const;
  Ending ending(const Situation&) const;

  const Scope& scope_;
  MachineOptions ground_;
  std::vector<NodeIndex> homes_;
  MachineTable table_;
  Situation start_;
};

}  // namespace fracas::harness::explore
