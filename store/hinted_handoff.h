// Coordinator hints: what a home missed is kept by the node that coordinated the write, on its disk, until
// the home has acknowledged it durably. A hint never counts towards w. Hints for one key merge, so a long
// outage costs one state a key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

inline constexpr std::size_t max_hints = 100'000;                      ///< over all targets
inline constexpr std::size_t max_hint_bytes = std::size_t{256} << 20;  ///< of encoded states

class HintedHandoff {
 public:
  /// First character of the storage keys of hints: prefix, target (2 bytes, big endian), key.
  static constexpr char record_prefix = 'h';

  explicit HintedHandoff(Shared& shared) : shared_(shared) {}

  /// What the disk kept. False: the storage key is none of a hint.
  bool load(std::string_view record_key, KeyState state, std::size_t bytes);

  void add(Step&, NodeIndex target, const std::string& key, const KeyState& state);
  /// The peer is up: if nothing is under way to it, deliveries begin.
  void heard_from(Step&, NodeIndex peer);
  void acknowledged(Step&, NodeIndex from, const WriteReply&);
  /// It certainly did not go out.
  void send_failed(OperationId);
  /// Gives up on deliveries without an answer, tries all targets, and comes again.
  void tick(Step&);

  std::size_t pending() const { return pending_; }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Hint {
    KeyState state;
    std::size_t bytes = 0;
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
    void fingerprint(Fingerprint&) const;
  };

  using Entry = std::map<std::string, Hint>::iterator;

  void drain(Step&, NodeIndex target);
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
