// Which values of knobs are in range, and which combinations make sense: a refusal says what would.
#include <algorithm>
#include <utility>

#include "store/config.h"
#include "store/ring.h"

namespace fracas::store {
namespace {

using Outcome = boost::system::result<void, ConfigError>;

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;

Outcome in_range(const Config& config, std::string_view name, std::int64_t value, std::int64_t low,
                 std::int64_t high) {
  if (value >= low && value <= high) return {};
  const auto all = knobs();
  const auto knob = std::find_if(all.begin(), all.end(), [&](const Knob& it) { return it.name == name; });
  return ConfigError{std::string(name), std::string(name) + " = " + get(config, name) +
                                            " is out of range; values: " + std::string(knob->values)};
}

/// Stamps belong to lww, and a wait must end before its request gives up.
Outcome check_stamps(const Config& config) {
  if (config.stamp != StampSource::wall && config.conflict != Conflict::lww) {
    return ConfigError{"stamp",
                       "stamp = " + get(config, "stamp") +
                           " goes with conflict = lww: siblings are told apart by their contexts and "
                           "carry no stamps"};
  }
  const std::int64_t wait_ns = 2 * config.clock_error_ns;
  if (config.stamp == StampSource::truetime && wait_ns >= config.timeout_ns) {
    return ConfigError{"clock_error", "clock_error = " + get(config, "clock_error") +
                                          ": a write waits twice as long before it is sent, and timeout = " +
                                          get(config, "timeout") + " is over by then"};
  }
  return {};
}

/// A client that coordinates has neither a disk for hints, nor a guess at who is down, nor a node's clock.
Outcome check_coordinator(const Config& config) {
  if (config.coordinator == Coordination::node) return {};
  if (config.placement == Placement::sloppy) {
    return ConfigError{
        "coordinator",
        "coordinator = client does not go with placement = sloppy: who calls stand-ins must keep track of "
        "which nodes are down, and here nodes do"};
  }
  if (config.hints != Hints::off) {
    return ConfigError{
        "coordinator",
        "coordinator = client does not go with hints = " + get(config, "hints") +
            ": a client keeps none, what a home missed is left to repair and anti-entropy; set "
            "hints = off"};
  }
  if (config.rejoin == RejoinMode::catchup) {
    return ConfigError{
        "coordinator",
        "coordinator = client does not go with rejoin = catchup: nodes remember of each other what they have "
        "acknowledged, and here they acknowledge to clients; set rejoin = immediate"};
  }
  const bool of_node = config.stamp != StampSource::client && config.stamp != StampSource::query;
  if (config.conflict == Conflict::lww && of_node) {
    return ConfigError{
        "coordinator",
        "coordinator = client does not go with stamp = " + get(config, "stamp") +
            ": it is a node's clock, and the client makes the stamp; set stamp = client or query"};
  }
  return {};
}

/// n, r and w against each other.
Outcome check_quorums(const Config& config) {
  if (config.spares < 0 || config.spares >= config.nodes) {
    return ConfigError{"spares", "spares = " + std::to_string(config.spares) +
                                     " must be between 0 and nodes - n = " +
                                     std::to_string(std::max(0, config.nodes - config.n))};
  }
  const int members = first_members(config);
  if (config.n < 1 || config.n > members) {
    return ConfigError{"n", "n = " + std::to_string(config.n) + " must be between 1 and " +
                                (config.spares == 0 ? "nodes" : "nodes - spares") + " = " +
                                std::to_string(members)};
  }
  for (const auto& [name, value] : {std::pair{"r", config.r}, std::pair{"w", config.w}}) {
    if (value >= 1 && value <= config.n) continue;
    return ConfigError{name, std::string(name) + " = " + std::to_string(value) +
                                 " must be between 1 and n = " + std::to_string(config.n)};
  }
  return {};
}

/// What goes with placement = sloppy, and what does not.
Outcome check_placement(const Config& config) {
  if (config.placement == Placement::strict) {
    if (config.hints != Hints::fallback) return {};
    return ConfigError{
        "hints",
        "hints = fallback are kept by stand-ins, and with placement = strict nobody stands in; "
        "set placement = sloppy, or hints = coordinator or off"};
  }
  if (config.hints != Hints::fallback) {
    return ConfigError{"hints",
                       "hints = " + get(config, "hints") +
                           " does not go with placement = sloppy, where a stand-in counts because it "
                           "keeps a hint; set hints = fallback"};
  }
  if (config.repair == Repair::abd) {
    return ConfigError{
        "repair",
        "repair = abd does not go with placement = sloppy: it waits until max(w, n - r + 1) homes "
        "hold what was read, and sloppy is there not to wait for homes"};
  }
  if (config.conflict == Conflict::lww && config.stamp == StampSource::query) {
    return ConfigError{
        "stamp",
        "stamp = query does not go with placement = sloppy: it asks r homes for their stamps, and they may "
        "have missed what stand-ins took; a later write would get a lower stamp, and be lost"};
  }
  if (first_members(config) > config.n) return {};
  return ConfigError{"placement", std::string("placement = sloppy needs nodes that are no homes of a key: ") +
                                      (config.spares == 0 ? "nodes" : "nodes - spares") + " = " +
                                      std::to_string(first_members(config)) +
                                      " must be over n = " + std::to_string(config.n)};
}

/// What goes with tombstones that go, and what does not.
Outcome check_gc(const Config& config) {
  const auto good = in_range(config, "gc_after", config.gc_after_ns, 10 * ns_per_ms, 1'000'000 * ns_per_s);
  if (!good || config.gc == Gc::keep) return good;
  const std::string this_gc = "gc = " + get(config, "gc");
  if (config.conflict == Conflict::lww && config.stamp == StampSource::query) {
    return ConfigError{"gc",
                       this_gc +
                           " does not go with stamp = query: a write takes a stamp above those that homes "
                           "have, and with a tombstone its stamp is gone; set gc = keep, or another stamp"};
  }
  if (config.coordinator == Coordination::client) {
    return ConfigError{
        "gc", this_gc +
                  " does not go with coordinator = client: a copy that a client brings says nothing of "
                  "when its operation ends, and may be older than a tombstone that is gone; set gc = "
                  "keep, or coordinator = node"};
  }
  if (config.gc == Gc::timeout) return {};
  if (config.fsync != Fsync::always) {
    return ConfigError{"gc",
                       this_gc + " does not go with fsync = " + get(config, "fsync") +
                           ": a node that loses a tombstone with its unsynced writes has what it covered "
                           "again, and all others have dropped theirs; set fsync = always"};
  }
  if (config.rejoin != RejoinMode::catchup) {
    return ConfigError{"gc",
                       this_gc +
                           " needs rejoin = catchup: a node that comes back with an old copy of its disk "
                           "must notice, or it brings back what was deleted since"};
  }
  return {};
}

/// Of a duration that may be off.
Outcome duration_in_range(const Config& config, std::string_view name, std::int64_t value) {
  if (value == 0) return {};
  return in_range(config, name, value, 10 * ns_per_ms, 1'000'000 * ns_per_s);
}

Outcome check_alarms(const Config& config) {
  if (auto good = duration_in_range(config, "alarm_divergence", config.alarm_divergence_ns); !good)
    return good;
  if (auto good = duration_in_range(config, "alarm_exchange", config.alarm_exchange_ns); !good) return good;
  if (auto good = duration_in_range(config, "alarm_hint", config.alarm_hint_ns); !good) return good;
  return in_range(config, "alarm_stale_replies", config.alarm_stale_percent, 0, 100);
}

Outcome check_hints(const Config& config) {
  if (auto good = duration_in_range(config, "hint_window", config.hint_window_ns); !good) return good;
  if (auto good = in_range(config, "hint_quota", config.hint_quota, 1, 100'000'000); !good) return good;
  return in_range(config, "hint_quota_bytes", config.hint_quota_bytes, 1, std::int64_t{64} << 30);
}

Outcome check_detector(const Config& config) {
  if (auto good = in_range(config, "patience", config.patience_ns, ns_per_ms, 60 * ns_per_s); !good)
    return good;
  return in_range(config, "suspect_after", config.suspect_after, 1, 1000);
}

}  // namespace

Outcome check(Config& config) {
  if (auto good = in_range(config, "nodes", config.nodes, 1, partitions); !good) return good;
  config.r = resolve_level(config.r, config.n);
  config.w = resolve_level(config.w, config.n);
  if (auto good = check_quorums(config); !good) return good;
  if (config.anti_entropy_ns != 0) {
    const auto good =
        in_range(config, "anti_entropy", config.anti_entropy_ns, 10 * ns_per_ms, 1000 * ns_per_s);
    if (!good) return good;
  }
  if (auto good = check_placement(config); !good) return good;
  if (auto good = check_hints(config); !good) return good;
  if (auto good = check_alarms(config); !good) return good;
  if (auto good = check_gc(config); !good) return good;
  if (auto good = check_detector(config); !good) return good;
  if (auto good = in_range(config, "timeout", config.timeout_ns, ns_per_ms, 60 * ns_per_s); !good)
    return good;
  if (auto good =
          in_range(config, "max_clock_offset", config.max_clock_offset_ns, ns_per_ms, 1000 * ns_per_s);
      !good)
    return good;
  if (auto good = in_range(config, "clock_error", config.clock_error_ns, ns_per_ms, 10 * ns_per_s); !good)
    return good;
  if (auto good = check_stamps(config); !good) return good;
  if (auto good = in_range(config, "fsync_period", config.fsync_period_ns, ns_per_ms, 1000 * ns_per_s); !good)
    return good;
  if (auto good = check_coordinator(config); !good) return good;
  if (auto good = in_range(config, "session_keys", config.session_keys, 1, 4096); !good) return good;
  if (auto good = in_range(config, "max_siblings", config.max_siblings, 1, 100'000); !good) return good;
  return in_range(config, "max_value_bytes", config.max_value_bytes, 1, 16 << 20);
}

std::string why_ring_is_fixed(const Config& config) {
  if (config.coordinator == Coordination::client)
    return "with coordinator = client the ring stays as it is: clients have no way to hear of another one";
  if (config.placement == Placement::sloppy)
    return "with placement = sloppy the ring stays as it is: what a stand-in keeps for a home that has left "
           "counts as acknowledged, and no read would meet it";
  if (config.gc != Gc::keep)
    return "with gc = " + get(config, "gc") +
           " the ring stays as it is: who leaves it or comes back may have what a tombstone covered that is "
           "gone";
  return {};
}

}  // namespace fracas::store
