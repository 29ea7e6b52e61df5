// Hints: what a home missed, kept on the disk of another node until the home has acknowledged it durably. The
// keeper is the write's coordinator (hints = coordinator; such a hint never counts towards w), or a stand-in
// (hints = fallback; it counts, so it is durable before anybody hears of it, and over a limit it is refused
// and never dropped later). Hints for one key merge, so a long outage costs one state a key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class HintedHandoff {
 public:
  /// First character of the storage keys of hints: prefix, target (2 bytes, big endian), key. A record is the
  /// wall time of its first write (8 bytes, microseconds), then the state.
  static constexpr char record_prefix = 'h';

  explicit HintedHandoff(Shared& shared) : shared_(shared) {}

  /// What the disk kept. False: unreadable.
  bool load(std::string_view record_key, std::string_view record);
  /// Once, after everything was loaded: ages what the disk kept, and begins to deliver.
  void start(Step&);

  /// False: over the window or a quota, and nothing is kept. What is kept already takes more at any time: it
  /// must not fall behind, since it is delivered as all that its home missed.
  bool keep(Step&, NodeIndex target, const std::string& key, const KeyState& state);
  /// What is kept for any of a key's homes; the empty state if nothing is.
  KeyState of(const std::string& key) const;
  /// The peer is up: if nothing is under way to it, deliveries begin.
  void heard_from(Step&, NodeIndex peer);
  void acknowledged(Step&, NodeIndex from, const WriteReply&);
  /// Gives all of them up.
  void forget_all(Step&);
  void ring_changed(Step&);
  /// It certainly did not go out.
  void send_failed(OperationId);
  /// Gives up on deliveries without an answer, tries all targets, and comes again.
  void tick(Step&);

  std::size_t pending() const { return pending_; }
  std::int64_t oldest_age_ns(Instant now) const;  ///< 0 if there are none
  /// {"target", "key", "age_ms"} of each, as JSON texts.
  std::vector<std::string> listed(Instant now) const;

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Hint {
    KeyState state;
    std::size_t bytes = 0;        ///< of the state on disk
    std::int64_t wall_us = 0;     ///< when it was first stored
    std::int64_t stored_ns = 0;   ///< the same, on the clock of this process
    OperationId in_flight = 0;    ///< 0: not under way
    std::optional<Actor> missed;  ///< the incarnation of the target that missed it, if known
    void fingerprint(Fingerprint&) const;
  };
  struct Delivery {
    NodeIndex target = 0;
    std::string key;
    std::int64_t expires_ns = 0;
    void fingerprint(Fingerprint&) const;
  };
  struct Target {
    std::map<std::string, Hint> hints;
    std::size_t in_flight = 0;
    std::int64_t away_since_ns = 0;  ///< as far as its hints tell; only where there are any
    void fingerprint(Fingerprint&) const;
  };

  using Entry = std::map<std::string, Hint>::iterator;

  /// Whether a new hint would be over a limit; counted if so.
  bool over_a_limit(const Step&, NodeIndex target);
  void drain(Step&, NodeIndex target);
  void expire(Step&);
  /// Of memory and disk. Returns the next one.
  Entry forget(Step&, NodeIndex target, Entry);
  /// Takes a delivery off the books; the hint stays.
  std::optional<Delivery> land(OperationId);

  Shared& shared_;
  std::map<NodeIndex, Target> targets_;
  std::map<OperationId, Delivery> deliveries_;
  std::size_t pending_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace fracas::store
