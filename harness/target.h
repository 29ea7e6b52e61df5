// What an experiment needs of the system under test: how a node is started, when it is ready, client calls,
// one replica's own state, which nodes are home to a key. The bundled store is one target
// (targets/fracas_store.h). Calls travel as bytes over the world's links.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/error.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

/// One request of a client session to one node. Values and contexts are JSON texts, opaque to the world.
struct TargetRequest {
  enum class Kind : std::uint8_t { get, put, remove };
  Kind kind = Kind::get;
  std::string key;
  std::string value;    ///< put
  std::string context;  ///< opaque token of an earlier answer; empty: blind
  std::int64_t timeout_ns = 1'000'000'000;
  std::int64_t stamp_us = 0;  ///< the client's own wall clock, where the store stamps by it; 0: not sent
  std::int64_t seen_us = 0;   ///< highest stamp that the session saw, where the store asks for it; 0: none
  std::string session{};      ///< token of what the session has seen, "new" to begin one; empty: none is kept
  bool of_copy = false;       ///< that node's copy alone, for a client that coordinates itself
  std::string state{};        ///< put of_copy: bytes of a copy to be merged, in place of a value
};

/// What came back, or what is known of what did not.
struct TargetResponse {
  enum class Status : std::uint8_t {
    ok,
    rejected,  ///< certainly nothing happened (refused connection, bad request, unavailable before anything
               ///< was sent)
    unknown,   ///< it may have happened (time-out, reset, unknown outcome)
  };
  Status status = Status::unknown;
  std::string error;                ///< kind and message, unless ok
  std::vector<std::string> values;  ///< JSON texts; a put's own value first
  std::string context;              ///< token to send next time
  std::string context_json;         ///< the same, readable: {"n1#3": 17}; empty under lww
  std::string clock;                ///< JSON text for the history's `clock`
  std::string session{};            ///< token to send next time, of a session that keeps one
  std::string state{};              ///< of_copy: bytes of the node's copy
};

/// A node's own account of itself, read over a way that no fault touches.
struct NodeStatus {
  std::int64_t wall_us = 0;
  std::uint64_t hints_pending = 0;
  std::uint64_t changes = 0;  ///< of its own copies, since it started
  std::uint64_t repairs = 0;  ///< copies that it gave to others because they seemed to be behind
  bool voting = true;         ///< its copies count in quorums
  /// Number of the ring that it follows, of a system whose ring can change; otherwise 0.
  std::uint64_t ring_epoch = 0;
  /// Completed exchanges by peer name; counts up.
  std::vector<std::pair<std::string, std::uint64_t>> exchanges;
};

/// A ring as one node tells of it, and who holds which part of the keys by it. While it moves: by the old
/// one, whose members have all there is.
struct ClusterRing {
  nemesis::RingView view;
  std::vector<std::vector<std::string>> homes;  ///< by partition, in order of preference
};

/// Where one node listens on loopback and whom it talks to.
struct NodePlace {
  std::string name;
  std::uint16_t http_port = 0;
  std::uint16_t peer_port = 0;
  std::filesystem::path data;
  /// Every node in the cluster's order, itself included: where this node reaches it.
  std::vector<std::pair<std::string, std::uint16_t>> peers;
};

/// A system that speaks HTTP, for a world of processes and sockets. Pure: texts in, texts out. A node is
/// ready once it answers `status_request` with 200.
class Target {
 public:
  virtual ~Target() = default;

  /// Arguments of the program that is a node.
  virtual std::vector<std::string> command_line(const NodePlace&) const = 0;

  /// A whole HTTP/1.1 request, and what the answer to it means.
  virtual std::string encode(const TargetRequest&) const = 0;
  virtual TargetResponse decode(unsigned status, std::string_view body) const = 0;

  virtual std::string status_request() const = 0;
  virtual Result<NodeStatus> decode_status(unsigned status, std::string_view body) const = 0;

  /// All that one replica has: (key, JSON text of {"key","values","clock"}), sorted by key.
  virtual std::string dump_request() const = 0;
  virtual Result<std::vector<std::pair<std::string, std::string>>> decode_dump(
      unsigned status, std::string_view body) const = 0;

  /// The ring that a cluster begins with.
  virtual ClusterRing first_ring() const = 0;
  virtual std::string ring_request() const = 0;
  virtual Result<ClusterRing> decode_ring(unsigned status, std::string_view body) const = 0;
  /// A whole request for a change of it, and what the answer means.
  virtual std::string encode(const nemesis::RingChange&) const = 0;
  virtual nemesis::RingAnswer decode_ring_change(unsigned status, std::string_view body) const = 0;
  virtual std::vector<std::string> homes(const std::string& key, const ClusterRing&) const = 0;
};

}  // namespace fracas::harness
