// One node of the store as a pure state machine: everything that happens to it, and everything it wants.
// It owns a Replica (this node's copies), a Coordinator (client requests in flight), the hints and the
// anti-entropy exchanges.
//
// The contract with whoever drives it (store/server, simulation):
//   1. step() never blocks, never throws on input, and is total.
//   2. Effects are carried out in the order given, over all batches: a Persist is durable (as the fsync knob
//   says) before any later answer goes out: ReplyToClient, and every SendToPeer but requests (ReadRequest,
//   StampRequest, WriteRequest, HintRequest, ForwardRequest), which say nothing of this disk and go out at
//   once. A driver may gather the Persists of several batches into one synced write, as long as what follows
//   them waits.
//   3. The state of all keys lives in memory; the disk is read once, before the first step. A crash destroys
//   the Node;
//      it is rebuilt from the records that the disk kept.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/config.h"
#include "store/marks.h"
#include "store/message.h"
#include "store/ring_change.h"

namespace fracas::store {

/// What the driver's clocks say at the moment of the event. Wall time may jump; durations come from `steady`
/// only.
struct Instant {
  std::int64_t steady_ns = 0;
  std::int64_t wall_us = 0;  ///< since 1970
};

using RequestId = std::uint64_t;

inline constexpr std::size_t max_key_bytes = 1024;
inline constexpr std::size_t max_state_bytes = std::size_t{32} << 20;  ///< of all siblings of a key together

// --- what happens to a node ---

enum class Verb : std::uint8_t { get, put, remove };

/// A client's request, syntactically sound; ranges (r <= n...) and the context token are checked by the node.
struct ClientRequest {
  RequestId id = 0;  ///< unique among requests of this incarnation
  Verb verb = Verb::get;
  std::string key;
  std::string value;    ///< put: JSON text, compact
  std::string context;  ///< token as received; empty: none
  std::optional<int> n, r, w;
  std::optional<Repair> repair;          ///< get
  std::optional<std::int64_t> stamp_us;  ///< put, delete with stamp = client: the client's wall clock
  std::optional<std::int64_t> seen_us;   ///< put, delete with hlc or query: the highest stamp its session saw
  std::optional<std::int64_t> timeout_ns;
  std::string session{};  ///< token of its session (session_token.h), "new" to begin one; empty: none is kept
  /// This node's copy alone, nobody else is asked: from a client that coordinates itself (copy_requests.h).
  bool of_copy = false;
  std::string state{};  ///< put of_copy: encoded, to be merged, in place of a value
};
/// A message came from a peer whose frame was sound.
struct FromPeer {
  NodeIndex from = 0;
  Message message;
};
/// A message could not be handed to the network (no connection): certainly nothing of it went out.
struct SendFailed {
  NodeIndex to = 0;
  Message message;
};
struct TimerFired {
  std::uint64_t timer = 0;
};
/// An operator wants another ring. Answered once that is agreed on, by a ReplyToClient whose only value is
/// {"epoch", "moving"}; moving there takes longer (Node::ring()).
struct ChangeRing {
  RequestId id = 0;  ///< as a ClientRequest's
  RingChange::Kind kind = RingChange::Kind::join;
  std::string node;  ///< by name; empty for cancel
  std::string with;  ///< replace
};
using Event = std::variant<ClientRequest, FromPeer, SendFailed, TimerFired, ChangeRing>;

// --- what a node wants ---

struct SendToPeer {
  NodeIndex to = 0;
  Message message;
};

enum class ErrorKind : std::uint8_t {
  bad_request,        ///< 400, field named
  value_too_large,    ///< 413
  too_many_siblings,  ///< 409: refused, nothing done
  overloaded,         ///< 503: refused before anything was done
  unavailable,        ///< 503: no home could be asked; certainly nothing was done
  timeout,            ///< 504: a read that got fewer than r answers; reads change nothing
  unknown_outcome,    ///< 504: a write that reached some replicas but not w in time: it may have happened
  read_only,          ///< 503: this node's disk takes no writes; nothing was done
  stale_session,      ///< 503: a read that found less than its session has seen
  conflict,           ///< 409: a change of the ring that does not go with what the ring is
};
std::string_view to_string(ErrorKind);

struct ClientError {
  ErrorKind kind = ErrorKind::bad_request;
  std::string field;  ///< of bad requests: "r", "w", "n", "timeout", "context", "value", "key", "repair",
                      ///< "stamp", "seen", "session", "state", "node", "with"
  std::string message;
};
/// Answer to a client. For ok: the values that remain (put: its own first), the token that covers exactly
/// those, and the version in the form of a history's `clock` (JSON text: results/README.md).
struct ReplyToClient {
  RequestId id = 0;
  std::optional<ClientError> error;
  std::vector<std::string> values;
  std::string context;
  std::string clock;
  int acks = 0;                         ///< distinct homes that answered
  int fallbacks = 0;                    ///< stand-ins that answered in the place of homes that did not
  std::string session{};                ///< token of what the session has seen now, where one came
  std::uint64_t session_forgotten = 0;  ///< of so many keys it does not tell any more
  std::string state{};                  ///< of_copy: this node's copy, encoded
};
/// Key of the storage -> record, or nothing to erase it. Keys and records are the node's own binary forms.
using Batch = std::vector<std::pair<std::string, std::optional<std::string>>>;
/// One atomic batch.
struct Persist {
  Batch writes;
  bool at_once = false;  ///< what follows waits for it whatever `fsync` says: the cluster depends on it
};
struct SetTimer {
  std::uint64_t timer = 0;
  std::int64_t delay_ns = 0;
};
using Effect = std::variant<SendToPeer, ReplyToClient, Persist, SetTimer>;

struct NodeOptions {
  Config config;
  NodeIndex self = 0;
  std::vector<std::string> names;  ///< of all nodes, by index; the same order on every node
  std::array<std::uint8_t, 16>
      actor{};             ///< fresh random bytes of this process incarnation; never read from disk
  std::uint64_t seed = 0;  ///< of jitter
  /// The disk was damaged, and its records are not those that were written: this node has lost state.
  bool disk_was_damaged = false;
  /// The disk takes no writes: this node wants no Persist. It answers reads from what the disk holds, and
  /// refuses whatever would change that.
  bool read_only = false;
};

/// All that a disk keeps: keys of the storage and their records.
using Records = std::vector<std::pair<std::string, std::string>>;

/// Counters and gauges, by Prometheus name ("fracas_read_repairs_total"), ordered.
using Metrics = std::map<std::string, double>;

/// Which part of the Merkle trees is to be seen: the roots of all partitions that this node holds, or of
/// those that `peer` holds too; the buckets of one partition; the keys of one bucket of it.
struct MerkleQuery {
  std::string peer;  ///< empty: not named
  std::optional<int> partition;
  std::optional<int> bucket;
};

class Node {
 public:
  /// `records` is everything that the disk kept. A record that is none of this store's is an error that names
  /// its key.
  static boost::system::result<std::unique_ptr<Node>, std::string> open(NodeOptions, const Records& records);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Once, before any event: sets the first timers, asks for hint delivery.
  void start(Instant now, std::vector<Effect>& effects);
  void step(Instant now, const Event&, std::vector<Effect>& effects);

  // Inspection; changes nothing.
  std::uint64_t hints_pending() const;
  /// Exchanges that this node began and that ended with both sides equal, by peer; only peers with which it
  /// shares partitions.
  std::vector<std::pair<NodeIndex, std::uint64_t>> exchanges_completed() const;
  /// How often a copy of this node was changed, and how many it gave to others that seemed to be behind.
  std::uint64_t changes() const;
  std::uint64_t repairs() const;
  /// False while its copies do not count in quorums: it is catching up, or asks whether it has to.
  bool voting() const;
  /// NodeOptions::read_only.
  bool read_only() const;
  /// Number of the ring that it follows; ring() has the rest.
  std::uint32_t ring_epoch() const;
  const MarkSet& marks() const;
  Metrics metrics(Instant now) const;
  /// JSON text of /status without the driver's part: node, incarnation, hints_pending, keys, changes,
  /// repairs, anti_entropy.peers.{name}.completed (peers with which it shares partitions).
  std::string status(Instant now) const;
  /// JSON text {"key", "values", "clock"} of this replica's own state; values empty and clock null if it has
  /// none.
  std::string replica_state(const std::string& key) const;
  std::vector<std::string> keys() const;
  /// JSON texts {"target", "key", "age_ms"}, one a hint, by target and key.
  std::vector<std::string> hints(Instant now) const;
  /// JSON text {"key", "homes", "stand_ins": [{"for", "node"}], "believed_down"}: who would be asked now.
  std::string preference_list(const std::string& key) const;
  /// JSON text {"node", "status": "ok" | "degraded", "reasons": [{"alarm", "message"}]}.
  std::string health(Instant now) const;
  /// JSON text {"epoch", "moving", "n", "partitions", "nodes": [{"node", "owns", "holds", "share"}], "ring":
  /// [{"partition", "from", "owner", "homes"}]}; while it moves to another ring, also "next" of nodes and
  /// partitions.
  std::string ring() const;
  /// JSON texts: {"partition", "root", "buckets", "homes"}, {"partition", "bucket", "hash", "keys"} or
  /// {"key", "leaf", "clock"}, by the query. The error is a bad request.
  boost::system::result<std::vector<std::string>, ClientError> merkle(const MerkleQuery&) const;
  /// JSON texts {"peer", "key", "age_ms"}: what this node knows to differ, by peer and key.
  std::vector<std::string> divergences(Instant now) const;
  /// Nodes of one cluster with equal fingerprints answer alike to all that may come (fingerprint.h).
  std::string fingerprint() const;

 private:
  struct Impl;
  explicit Node(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::store
