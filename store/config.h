// Every knob of a cluster, its values, and the check that a combination makes sense. One table serves the
// experiment file, the command line of fracas-store and `fracas explain`.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/bugs.h"

namespace fracas::store {

enum class Conflict : std::uint8_t { siblings, lww };
/// blocking: the homes whose replies were used hold what is answered; abd: max(w, n - r + 1) homes do.
enum class Repair : std::uint8_t { none, async, blocking, abd };
/// Where the stamps of lww come from: stamp_clock.h.
enum class StampSource : std::uint8_t { wall, client, hlc, query, truetime };
/// sloppy: for a home that is away a stand-in takes the write, keeps it as a hint, and counts.
enum class Placement : std::uint8_t { strict, sloppy };
/// Who keeps what a home missed: the write's coordinator, and that never counts; or a stand-in, and it does.
enum class Hints : std::uint8_t { coordinator, fallback, off };
/// interval: acknowledged once the kernel has it, synced at the latest a period later.
enum class Fsync : std::uint8_t { always, interval, never };
/// What a node does that may have lost state (rejoin.h).
enum class RejoinMode : std::uint8_t { immediate, catchup };
/// client: the client itself asks the homes of a key, and makes the stamps (client_coordinator.h).
enum class Coordination : std::uint8_t { node, client };

/// When tombstones go (tombstones.h). timeout: each node by itself, after gc_after; confirmed: everywhere at
/// once, after nothing that they cover can come back.
enum class Gc : std::uint8_t { keep, timeout, confirmed };

/// Quorum sizes by name, as r and w may be given; resolved against n where they are used.
inline constexpr int level_quorum = -1;  ///< n / 2 + 1
inline constexpr int level_all = -2;     ///< n

/// "2", "one", "quorum", "all". Nothing for anything else.
std::optional<int> parse_level(std::string_view text);
/// "none", "async", "blocking", "abd".
std::optional<Repair> parse_repair(std::string_view text);
/// A positive level as it is, a named one for this n.
int resolve_level(int level, int n);

struct Config {
  int nodes = 5;
  int spares = 0;  ///< of them, the last: outside the ring until they join it
  int n = 3;
  int r = 2;
  int w = 2;
  Conflict conflict = Conflict::siblings;
  StampSource stamp = StampSource::wall;
  /// client, hlc: what a client or a peer sends is taken up to so far ahead of this node's wall clock.
  std::int64_t max_clock_offset_ns = 500'000'000;
  std::int64_t clock_error_ns = 5'000'000;  ///< truetime: wall clocks are right to plus or minus this
  Repair repair = Repair::async;
  Placement placement = Placement::strict;
  Hints hints = Hints::coordinator;
  std::int64_t hint_window_ns = 10'800'000'000'000;  ///< of a target's absence; 0: for ever
  std::int64_t hint_quota = 100'000;                 ///< hints that a node keeps, over all targets
  std::int64_t hint_quota_bytes = 256 << 20;         ///< of their encoded states
  std::int64_t patience_ns = 100'000'000;            ///< sloppy: with a silent home
  int suspect_after = 1;                             ///< unanswered questions in a row
  Fsync fsync = Fsync::always;
  std::int64_t fsync_period_ns = 100'000'000;  ///< with fsync = interval
  RejoinMode rejoin = RejoinMode::immediate;
  Coordination coordinator = Coordination::node;
  std::int64_t anti_entropy_ns = 1'000'000'000;  ///< period of a node's round over its peers; 0: off
  Gc gc = Gc::keep;
  std::int64_t gc_after_ns = 3'600'000'000'000;  ///< age of a tombstone on a node before it may go
  std::int64_t timeout_ns =
      1'000'000'000;       ///< of a client request inside the store, unless the request says less
  int max_siblings = 100;  ///< a put over it is refused
  std::int64_t max_value_bytes = 1 << 20;
  int session_keys = 128;  ///< of so many keys a session token tells what its session saw
  // Past these /health says `degraded` (health.h). 0: never.
  std::int64_t alarm_divergence_ns = 60'000'000'000;  ///< age of a key that replicas are known to differ in
  std::int64_t alarm_exchange_ns = 60'000'000'000;    ///< since everything was last compared with a peer
  std::int64_t alarm_hint_ns = 600'000'000'000;       ///< age of a hint
  int alarm_stale_percent = 10;                       ///< of the replies of homes to gets, lately
  BugSet bugs;
};

/// Of the ring that a cluster begins with; they are the first nodes.
inline int first_members(const Config& config) { return config.nodes - config.spares; }

/// Which knob is wrong, and what would be right.
struct ConfigError {
  std::string field;
  std::string message;
};

/// A knob.
struct Knob {
  std::string_view name;    ///< as in [store]: "anti_entropy"
  std::string_view values;  ///< "siblings | lww"
  std::string_view sentence;
};
std::span<const Knob> knobs();

/// Sets one knob from text ("3", "quorum", "lww", "1s", "off"; bugs: "a,b"). r and w take one, quorum and
/// all, resolved by check(), so set n first or call in any order and check() last.
boost::system::result<void, ConfigError> set(Config&, std::string_view name, std::string_view value);
/// Resolves symbols and refuses combinations that make no sense, naming the knob.
boost::system::result<void, ConfigError> check(Config&);
std::string get(const Config&, std::string_view name);
/// Why the ring of such a cluster cannot change; empty: it can.
std::string why_ring_is_fixed(const Config&);

}  // namespace fracas::store
