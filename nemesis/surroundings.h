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
  // Of single messages, where a world sees them (Ability::packets).
  std::uint64_t messages_dropped = 0;  ///< blocked, lost or reset
  std::uint64_t messages_delayed = 0;  ///< by a rule's delay, jitter or bandwidth
  std::uint64_t messages_duplicated = 0;
  std::uint64_t messages_reordered = 0;  ///< that others overtook
  std::uint64_t messages_corrupted = 0;  ///< damaged on the way, and found out by a checksum
  std::uint64_t messages_held = 0;       ///< kept back until a rule was lifted
};

/// What a directed link does to each message. All zero: nothing. Chances are in millionths.
struct LinkRule {
  Nanoseconds delay = 0;   ///< added to every message
  Nanoseconds jitter = 0;  ///< and up to this much more, uniform
  std::uint32_t loss = 0;
  std::uint32_t duplicate = 0;
  std::uint32_t corrupt = 0;
  std::uint32_t reorder = 0;  ///< of messages that wait for `reorder_by` while others overtake them
  Nanoseconds reorder_by = 0;
  std::int64_t bytes_per_second = 0;  ///< 0: unlimited
  Nanoseconds flap = 0;               ///< silent in every second interval of this length; 0: never
  bool hold = false;                  ///< keeps messages and delivers them, in order, once it is lifted
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

  // What follows needs Ability::packets; it is a broken invariant to call it in a world without.
  /// Adds a rule to those in force on the link; returns a handle.
  virtual std::uint64_t impose(const std::string& from, const std::string& to, const LinkRule&) = 0;
  virtual void lift(std::uint64_t handle) = 0;
  /// Breaks what is connected over the link, both ways: what is on its way is lost, and who waits hears of
  /// it.
  virtual void reset(const std::string& from, const std::string& to) = 0;
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

/// What a disk does from now on.
struct DiskRule {
  bool full = false;           ///< writes fail with ENOSPC
  bool write_errors = false;   ///< writes fail with EIO
  bool sync_errors = false;    ///< writes succeed, syncs fail
  Nanoseconds slow_write = 0;  ///< added to every write
  Nanoseconds slow_sync = 0;   ///< and to every sync
};

struct DiskCounters {
  std::uint64_t errors_returned = 0;
  std::uint64_t slowed = 0;  ///< writes and syncs that took longer
};

/// What a disk no longer has, or has in an older state.
struct DiskLoss {
  std::uint64_t records = 0;  ///< lost, gone back to an older state, or damaged
  std::uint64_t bytes = 0;
};

/// The disks, one to each node. Needs Ability::disks; it is a broken invariant to call them in a world
/// without.
class Disks {
 public:
  virtual ~Disks() = default;
  /// Adds to what is in force; returns a handle.
  virtual std::uint64_t impose(const std::string& node, const DiskRule&) = 0;
  virtual void lift(std::uint64_t handle) = 0;
  virtual DiskCounters counters(const std::string& node) const = 0;

  // At rest: the node is stopped.
  /// What a power loss takes: everything that was not synced. `torn` leaves a random part of it behind, the
  /// last piece of that broken, as a log that was being written.
  virtual DiskLoss lose_unsynced(const std::string& node, bool torn) = 0;
  /// Cuts the last `records` writes off the log, synced or not.
  virtual DiskLoss truncate(const std::string& node, std::uint64_t records) = 0;
  /// Flips a bit in each of `records` records, chosen at random.
  virtual DiskLoss flip_bits(const std::string& node, std::uint64_t records) = 0;
  /// Whether the disk holds what no program would accept (after flip_bits()).
  virtual bool damaged(const std::string& node) const = 0;
  virtual DiskLoss wipe(const std::string& node) = 0;
  /// Remembers the present state, synced or not; also while the node runs.
  virtual std::uint64_t snapshot(const std::string& node) = 0;
  virtual DiskLoss restore(const std::string& node, std::uint64_t snapshot) = 0;
};

/// What an operator may ask of a cluster whose members can change while it serves.
struct RingChange {
  enum class Kind : std::uint8_t { join, leave, replace };
  Kind kind = Kind::join;
  std::string node;    ///< that joins, leaves, or is replaced
  std::string with{};  ///< replace: who takes its place
};

/// What became of such a question so far.
struct RingAnswer {
  bool answered = false;
  bool agreed = false;    ///< the change is decided on; getting there takes longer
  std::string message{};  ///< otherwise: why not
};

/// A ring as a node told of it. Numbers only grow, and no two rings have the same.
struct RingView {
  std::uint64_t epoch = 1;
  std::vector<std::string> members;  ///< in the cluster's order
  std::vector<std::string> next{};   ///< who the members are to be; empty: it stays
  Nanoseconds seen = 0;              ///< first, since the run began
  bool moving() const { return !next.empty(); }
};

/// The ring: who the members are that share the keys.
class Rings {
 public:
  virtual ~Rings() = default;
  /// Asks `via`, over a way that no fault touches. Returns a handle.
  virtual std::uint64_t ask(const std::string& via, const RingChange&) = 0;
  virtual RingAnswer answer(std::uint64_t handle) const = 0;
  /// All rings that nodes were seen to follow, by number; never empty. One may be missing that was soon
  /// followed by another.
  virtual const std::vector<RingView>& seen() const = 0;
};

/// What a kind of fault needs of a world beside processes, which every world has.
enum class Ability : std::uint8_t {
  processes,
  links,    ///< whole links can be silenced: Network::block()
  packets,  ///< single messages can be treated: Network::impose(), reset()
  clocks,
  disks,
  ring,  ///< members can join and leave: Rings
};

struct Surroundings {
  Nodes& nodes;
  Network& network;
  Clocks& clocks;
  Disks& disks;
  Rings& rings;
  Nanoseconds now = 0;  ///< since the run began, at the moment of the call
};

}  // namespace fracas::nemesis
