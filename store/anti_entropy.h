// Anti-entropy: in each period a node compares its keys with every peer's and both sides get what they lack.
// An exchange walks down the Merkle trees (roots, buckets, keys, states) and walks again until the roots are
// equal: only then does it count as completed. The side that answers keeps nothing in mind between messages.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

/// Partitions whose roots were equal when a peer compared them: this node has all that the peer had.
struct EqualPartitions {
  NodeIndex peer = 0;
  std::int64_t begun_ns = 0;      ///< no earlier than then
  std::uint64_t partitions = 0;   ///< bit i: partition i
  std::uint64_t catching_up = 0;  ///< those for which the peer does not vote
};

class AntiEntropy {
 public:
  explicit AntiEntropy(Shared& shared);

  /// Schedules the first round.
  void start(Step&);
  /// Begins an exchange with every peer with which none is open.
  void round(Step&);
  /// The same with one.
  void begin(Step&, NodeIndex peer);

  // As the peer.
  void answer(Step&, NodeIndex from, const ExchangeRoots&);
  void answer(Step&, NodeIndex from, const ExchangeKeys&);
  void answer(Step&, NodeIndex from, const ExchangePush&);
  // As the initiator.
  EqualPartitions proceed(Step&, NodeIndex from, const ExchangeBuckets&);
  void proceed(Step&, NodeIndex from, const ExchangeStates&);
  void proceed(Step&, NodeIndex from, const ExchangePushed&);
  void send_failed(NodeIndex to, OperationId);
  void time_out(OperationId);
  /// Other partitions are shared now, and what is open belongs to the ring before.
  void ring_changed();

  /// With others there is nothing to exchange.
  bool has_partitions_in_common(NodeIndex peer) const {
    return peer != shared_.self() && !shared_partitions_[peer].empty();
  }
  /// Exchanges that this node initiated and that ended with both sides equal, by peer.
  std::uint64_t completed(NodeIndex peer) const { return completed_[peer]; }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  enum class Stage : std::uint8_t { roots, keys, push };
  struct Exchange {
    OperationId operation = 0;
    Stage stage = Stage::roots;  ///< of the message that waits for its answer
    int walks_left = 0;
    std::size_t moved = 0;  ///< states that changed hands in this walk
    bool walked = false;    ///< once already, and found differences
    std::int64_t deadline_ns = 0;
    std::int64_t begun_ns = 0;  ///< this walk
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<NodeIndex, Exchange>::iterator;

  /// The open exchange that this answer belongs to, its deadline put off; end() if there is none.
  Entry expected(Step&, NodeIndex from, OperationId, Stage);
  void walk(Step&, Entry);
  void next_walk(Step&, Entry);
  EqualPartitions equal_ones(const Exchange&, NodeIndex from, const ExchangeBuckets&) const;
  void close(Entry);
  void find_shared_partitions();
  void put_off(Step&, Exchange&);
  void send_all(Step&, NodeIndex peer);  ///< bug ae_false_repair_loop
  void take(Step&, const KeyStates&);
  /// A copy as exchanges see it.
  const KeyState& seen(const KeyState&) const;

  Shared& shared_;
  std::vector<std::vector<int>> shared_partitions_;  ///< by peer
  std::vector<std::uint64_t> completed_;
  std::map<NodeIndex, Exchange> open_;
  std::mt19937_64 jitter_;
};

}  // namespace fracas::store
