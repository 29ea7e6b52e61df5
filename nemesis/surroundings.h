// What faults act on. A world (local processes, simulation) implements these; faults know nothing else of it.
// All calls return at once and act at once; each effect that can be measured is measured by the
// implementation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nemesis/fault.h"

namespace fracas::nemesis {

/// Who can be at the end of a link: a node's name, or kClients for all clients together.
inline constexpr std::string_view kClients = "clients";

enum class NodeState : std::uint8_t { stopped, starting, ready, paused };

/// The processes.
class Nodes {
 public:
  virtual ~Nodes() = default;
  virtual std::vector<std::string> names() const = 0;
  virtual NodeState state(const std::string& node) const = 0;
  /// kill -9. False if it was not running. Returns after the process is gone.
  virtual bool kill(const std::string& node) = 0;
  /// Starts it again on the same data; readiness follows later. False if it was running.
  virtual bool start(const std::string& node) = 0;
  /// SIGSTOP / SIGCONT; true only if the process was seen to have changed its state.
  virtual bool pause(const std::string& node) = 0;
  virtual bool resume(const std::string& node) = 0;
  /// Client operations that are in flight to this node now.
  virtual std::uint64_t operations_in_flight(const std::string& node) const = 0;
  /// When the node last became ready (ns since the run began); empty while it never was since its last start.
  virtual std::optional<Nanoseconds> ready_since(const std::string& node) const = 0;
};

/// What a directed link did with what was sent over it, since the run began.
struct LinkCounters {
  std::uint64_t connections_cut = 0;      ///< live connections that were silenced or reset by a rule
  std::uint64_t connections_refused = 0;  ///< attempts while the link was blocked
  std::uint64_t bytes_held = 0;           ///< that arrived while the link was blocked
  std::uint64_t bytes_passed = 0;
};

/// The network: rules per directed link. A link that no rule names passes everything.
class Network {
 public:
  virtual ~Network() = default;
  /// Silence from -> to: nothing passes, nothing is answered, until as many unblocks. Overlapping faults
  /// count.
  virtual void block(const std::string& from, const std::string& to) = 0;
  virtual void unblock(const std::string& from, const std::string& to) = 0;
  virtual LinkCounters counters(const std::string& from, const std::string& to) const = 0;
};

/// A node's wall clock as the harness distorts it: reading = real + offset + (real - since) * (rate - 1).
struct Skew {
  Nanoseconds offset = 0;
  double rate = 1.0;
};

/// The largest and smallest skew (node's wall clock minus the harness's) read back from the node.
struct ObservedSkew {
  std::uint64_t samples = 0;
  Nanoseconds min = 0;
  Nanoseconds max = 0;
  Nanoseconds uncertainty = 0;  ///< either may be off by as much
};

/// Wall clocks. Monotonic clocks are never touched.
class Clocks {
 public:
  virtual ~Clocks() = default;
  /// Empty if this node's clock can be distorted here, else why not.
  virtual std::string unavailable(const std::string& node) const = 0;
  /// Adds to what is in force; faults overlap and each is taken back alone. Returns a handle.
  virtual std::uint64_t distort(const std::string& node, Skew) = 0;
  /// Flips between no skew and `skew` every `period` until it is released.
  virtual std::uint64_t strobe(const std::string& node, Skew, Nanoseconds period) = 0;
  virtual void release(std::uint64_t handle) = 0;
  /// What was read back from the node since `since` (ns since the run began).
  virtual ObservedSkew observed(const std::string& node, Nanoseconds since) const = 0;
};

struct Surroundings {
  Nodes& nodes;
  Network& network;
  Clocks& clocks;
  Nanoseconds now = 0;  ///< since the run began, at the moment of the call
};

}  // namespace fracas::nemesis
