// What the parts of one node share: who it is, where keys live, its copies, and whom it believes to be up.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/agenda.h"
#include "store/counters.h"
#include "store/failure_detector.h"
#include "store/monitor.h"
#include "store/node.h"
#include "store/peer_memory.h"
#include "store/replica.h"
#include "store/ring_document.h"
#include "store/stamp_clock.h"

namespace fracas::store {

class Fingerprint;

struct Shared {
  explicit Shared(NodeOptions given)
      : options(std::move(given)),
        ring(first_members(options.config), options.config.bugs),
        incarnation(Actor::of(options.self, options.config.bugs.has(Bug::actor_persistent)
                                                ? std::array<std::uint8_t, 16>{}
                                                : options.actor)),
        stamps(incarnation, options.config),
        replica(options.config.bugs),
        detector(options.config.suspect_after),
        monitor(options.names.size()),
        incarnations(options.names.size()),
        memory(options.names.size()),
        first_operation(
            hash128({reinterpret_cast<const char*>(options.actor.data()), options.actor.size()}).low),
        last_operation(first_operation) {}

  NodeOptions options;
  RingDocument ring;
  Actor incarnation;
  StampClock stamps;
  Replica replica;
  Agenda agenda;
  FailureDetector detector;
  Monitor monitor;
  Counters counters;
  MarkSet marks;
  std::vector<std::optional<Actor>> incarnations;  ///< of each node, as its last answer said
  PeerMemory memory;
  StorageSequence sequence;
  /// What this node has may be older than what is gone by now: nobody is to get any of it (rejoin.h).
  bool keeps_quiet = false;
  std::uint64_t catching_up = 0;  ///< bit i: this node does not vote for partition i (rejoin.h)
  /// Bit i: this node is to become home of partition i, and does not vote for it yet (ring_move.h).
  std::uint64_t joining = 0;
  std::map<Slot, Actor> renewed_actors;  ///< where copies were given up; by slot, so that there is a limit
  OperationId first_operation;           ///< of this incarnation, exclusive
  OperationId last_operation;  ///< starts anywhere, so that late answers to a predecessor match nothing

  const Config& config() const { return options.config; }
  bool catches_up() const { return config().rejoin == RejoinMode::catchup; }
  NodeIndex self() const { return options.self; }
  bool read_only() const { return options.read_only; }
  const std::string& name(NodeIndex node) const { return options.names[node]; }
  /// Never 0, which means "no answer wanted".
  OperationId next_operation() {
    if (++last_operation == 0) ++last_operation;
    return last_operation;
  }
  /// False: an earlier incarnation has.
  bool issued(OperationId operation) const { return ordinal(operation) - 1 < asked(); }
  /// Operations count from 1 in each incarnation, give or take the one that is left out.
  std::uint64_t ordinal(OperationId operation) const { return operation - first_operation; }
  std::uint64_t asked() const { return last_operation - first_operation; }
  /// A home has been seen to lack something of a key. Told apart from what is nobody's business here: only of
  /// keys that both hold will exchanges say when it is over.
  void saw_behind(NodeIndex home, const std::string& key, Lag lag, const Instant& now) {
    if (home != self() && ring.is_home(self(), partition_of(slot_of(key)), config().n))
      monitor.differs(home, key, lag, now.steady_ns);
  }
  /// One that nobody has had, nor will have: for a copy that is not this node's own.
  Actor fresh_actor() {
    std::string bytes(options.actor.begin(), options.actor.end());
    bytes += std::to_string(next_operation());
    const Hash hash = hash128(bytes);
    std::array<std::uint8_t, 16> random{};
    for (std::size_t i = 0; i < 8; ++i) {
      random[i] = static_cast<std::uint8_t>(hash.high >> 8 * i);
      random[8 + i] = static_cast<std::uint8_t>(hash.low >> 8 * i);
    }
    return Actor::of(self(), random);
  }
  /// The partitions for which this node's copies do not count in quorums.
  std::uint64_t not_voting() const { return catching_up | joining; }
  /// This node's copy of the key counts in quorums.
  bool votes(std::string_view key) const {
    const std::uint64_t without = not_voting();
    return without == 0 || (without >> partition_of(slot_of(key)) & 1) == 0;
  }
  /// Where nodes catch up, an operation is over when its time is, also for a coordinator that was paused: who
  /// answered it may have lost that since, and have caught up without it.
  bool is_over(const Instant& now, std::int64_t deadline_ns) const {
    return catches_up() && now.steady_ns > deadline_ns;
  }
  /// Who makes dots for a key here. Not who made some before its copy was given up: elsewhere they are known,
  /// and one that is made again counts as overwritten.
  const Actor& actor_for(std::string_view key) const {
    const auto renewed = renewed_actors.find(slot_of(key));
    return renewed == renewed_actors.end() ? incarnation : renewed->second;
  }
  void renew_actor(std::string_view key) {
    if (!config().bugs.has(Bug::reap_keeps_actor)) renewed_actors[slot_of(key)] = fresh_actor();
  }
  /// For a copy that goes out in an operation that ends then (tombstones.h).
  std::int64_t until(std::int64_t deadline_ns) const {
    return config().gc == Gc::confirmed ? deadline_ns : 0;
  }
  bool too_late(const Instant& now, std::int64_t until_ns) const {
    return until_ns != 0 && now.steady_ns > until_ns;
  }
  /// Takes another actor's name, before anything was issued.
  void become(const Actor& actor) {
    incarnation = actor;
    stamps = StampClock(actor, config());
  }
  /// What bugs make of a stamped state that passes through this node.
  KeyState stamped_anew(std::int64_t wall_us, const KeyState& state) {
    const auto* cell = std::get_if<LwwCell>(&state);
    return cell == nullptr ? state : KeyState(LwwCell{stamps.next(wall_us), cell->value});
  }
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h
  /// A cluster resolves conflicts in one way; states of another are refused.
  bool is_our_kind(const KeyState& state) const {
    return config().conflict == Conflict::siblings ? std::holds_alternative<DvvSet>(state)
                                                   : std::holds_alternative<LwwCell>(state);
  }
};

}  // namespace fracas::store
