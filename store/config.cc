#include "store/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fracas::store {
namespace {

using Outcome = boost::system::result<void, ConfigError>;

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "250ms" or "1s"; whole numbers only.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t unit = 0;
  if (text.ends_with("ms")) {
    unit = ns_per_ms;
    text.remove_suffix(2);
  } else if (text.ends_with("s")) {
    unit = ns_per_s;
    text.remove_suffix(1);
  }
  const auto count = parse_integer<std::int64_t>(text);
  constexpr std::int64_t most = 1'000'000;
  if (unit == 0 || !count || *count < 0 || *count > most) return std::nullopt;
  return *count * unit;
}

std::string print_duration(std::int64_t ns) {
  if (ns % ns_per_s == 0) return std::to_string(ns / ns_per_s) + "s";
  return std::to_string(ns / ns_per_ms) + "ms";
}

std::string print_level(int level) {
  if (level == level_quorum) return "quorum";
  if (level == level_all) return "all";
  return std::to_string(level);
}

/// What a knob does with a text. False: the text is none of its values.
using Setter = bool (*)(Config&, std::string_view);
using Getter = std::string (*)(const Config&);

template <auto field>
bool set_integer(Config& config, std::string_view text) {
  const auto value = parse_integer<std::remove_reference_t<decltype(config.*field)>>(text);
  if (value) config.*field = *value;
  return value.has_value();
}
template <auto field>
std::string get_integer(const Config& config) {
  return std::to_string(config.*field);
}

template <auto field>
bool set_level(Config& config, std::string_view text) {
  const auto value = parse_level(text);
  if (value) config.*field = *value;
  return value.has_value();
}
template <auto field>
std::string get_level(const Config& config) {
  return print_level(config.*field);
}

/// A knob of named values, in the order of its enumerators.
template <auto field, const auto& names>
bool set_choice(Config& config, std::string_view text) {
  using Choice = std::remove_reference_t<decltype(config.*field)>;
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return false;
  config.*field = static_cast<Choice>(found - names.begin());
  return true;
}
template <auto field, const auto& names>
std::string get_choice(const Config& config) {
  return std::string(names[static_cast<std::size_t>(config.*field)]);
}

constexpr std::array<std::string_view, 2> conflict_names{"siblings", "lww"};
constexpr std::array<std::string_view, 4> repair_names{"none", "async", "blocking", "abd"};
constexpr std::array<std::string_view, 5> stamp_names{"wall", "client", "hlc", "query", "truetime"};
constexpr std::array<std::string_view, 2> placement_names{"strict", "sloppy"};
constexpr std::array<std::string_view, 3> hints_names{"coordinator", "fallback", "off"};
constexpr std::array<std::string_view, 3> fsync_names{"always", "interval", "never"};
constexpr std::array<std::string_view, 3> gc_names{"keep", "timeout", "confirmed"};
constexpr std::array<std::string_view, 2> rejoin_names{"immediate", "catchup"};
constexpr std::array<std::string_view, 2> coordinator_names{"node", "client"};

/// A duration, or "off", which is none.
template <auto field>
bool set_duration_or_off(Config& config, std::string_view text) {
  const auto value = text == "off" ? std::optional<std::int64_t>(0) : parse_duration(text);
  if (value) config.*field = *value;
  return value.has_value();
}
template <auto field>
std::string get_duration_or_off(const Config& config) {
  return config.*field == 0 ? "off" : print_duration(config.*field);
}

bool set_percent_or_off(Config& config, std::string_view text) {
  const auto value = text == "off" ? std::optional<int>(0) : parse_integer<int>(text);
  if (value) config.alarm_stale_percent = *value;
  return value.has_value();
}

template <auto field>
bool set_duration(Config& config, std::string_view text) {
  const auto value = parse_duration(text);
  if (value) config.*field = *value;
  return value.has_value();
}
template <auto field>
std::string get_duration(const Config& config) {
  return print_duration(config.*field);
}

bool set_bugs(Config& config, std::string_view text) {
  BugSet chosen;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view name = text.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto bug = find_bug(name);
    if (!bug) return false;
    chosen.add(*bug);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  config.bugs = chosen;
  return true;
}

std::string get_bugs(const Config& config) {
  std::string names;
  for (const BugInfo& info : bugs()) {
    if (!config.bugs.has(info.bug)) continue;
    if (!names.empty()) names += ',';
    names += info.name;
  }
  return names;
}

struct Entry {
  Knob knob;
  Setter set;
  Getter get;
};

constexpr std::array table{
    Entry{{"nodes", "1 .. 64", "How many nodes there are."},
          set_integer<&Config::nodes>,
          get_integer<&Config::nodes>},
    Entry{{"spares", "0 .. nodes - n",
           "How many of them, the last, are outside the ring until they join it or replace a member."},
          set_integer<&Config::spares>,
          get_integer<&Config::spares>},
    Entry{{"n", "1 .. nodes", "On how many home replicas a key lives."},
          set_integer<&Config::n>,
          get_integer<&Config::n>},
    Entry{{"r", "1 .. n | one | quorum | all", "How many replies a read waits for."},
          set_level<&Config::r>,
          get_level<&Config::r>},
    Entry{{"w", "1 .. n | one | quorum | all", "How many acknowledgements a write waits for."},
          set_level<&Config::w>,
          get_level<&Config::w>},
    Entry{{"conflict", "siblings | lww", "Concurrent writes are kept as siblings, or the last one wins."},
          set_choice<&Config::conflict, conflict_names>,
          get_choice<&Config::conflict, conflict_names>},
    Entry{{"repair", "none | async | blocking | abd",
           "Whether a read writes what it found newest back: not at all; to stale replicas, behind its "
           "answer; to "
           "the replicas it heard, before its answer; to max(w, n - r + 1) homes, before its answer."},
          set_choice<&Config::repair, repair_names>,
          get_choice<&Config::repair, repair_names>},
    Entry{{"placement", "strict | sloppy",
           "Whether only home replicas count, or stand-ins do for homes that are away."},
          set_choice<&Config::placement, placement_names>,
          get_choice<&Config::placement, placement_names>},
    Entry{{"hints", "coordinator | fallback | off",
           "Who keeps what a home missed, and delivers it later: the write's coordinator, which never "
           "counts; a "
           "stand-in, which does (placement = sloppy); nobody."},
          set_choice<&Config::hints, hints_names>,
          get_choice<&Config::hints, hints_names>},
    Entry{{"hint_window", "a duration (\"10s\", \"500ms\"; 10ms .. 1000000s) | off",
           "How long a node may be away before no more hints are kept for it."},
          set_duration_or_off<&Config::hint_window_ns>,
          get_duration_or_off<&Config::hint_window_ns>},
    Entry{{"hint_quota", "1 .. 100000000", "How many hints a node keeps; more are refused."},
          set_integer<&Config::hint_quota>,
          get_integer<&Config::hint_quota>},
    Entry{{"hint_quota_bytes", "1 .. 68719476736", "How many bytes of hints a node keeps; more are refused."},
          set_integer<&Config::hint_quota_bytes>,
          get_integer<&Config::hint_quota_bytes>},
    Entry{{"patience", "a duration (\"100ms\", \"1s\"; 1ms .. 60s)",
           "How long a home may be silent before a stand-in is asked in its place (placement = sloppy)."},
          set_duration<&Config::patience_ns>,
          get_duration<&Config::patience_ns>},
    Entry{{"suspect_after", "1 .. 1000",
           "So many requests in a row without an answer make a node believed down, until it answers one."},
          set_integer<&Config::suspect_after>,
          get_integer<&Config::suspect_after>},
    Entry{{"fsync", "always | interval | never",
           "Whether an acknowledged write has reached the disk, will have within a period, or when the "
           "kernel likes."},
          set_choice<&Config::fsync, fsync_names>,
          get_choice<&Config::fsync, fsync_names>},
    Entry{{"fsync_period", "a duration (\"1s\", \"100ms\"; 1ms .. 1000s)",
           "With fsync = interval: how long an acknowledged write may wait for the disk."},
          set_duration<&Config::fsync_period_ns>,
          get_duration<&Config::fsync_period_ns>},
    Entry{{"rejoin", "immediate | catchup",
           "Whether a node that has lost state votes at once, or not before it has merged from enough "
           "others."},
          set_choice<&Config::rejoin, rejoin_names>,
          get_choice<&Config::rejoin, rejoin_names>},
    Entry{{"anti_entropy", "a period (\"1s\", \"250ms\"; 10ms .. 1000s) | off",
           "How often a node compares its keys with each peer's."},
          set_duration_or_off<&Config::anti_entropy_ns>,
          get_duration_or_off<&Config::anti_entropy_ns>},
    Entry{{"timeout", "a duration (\"1s\", \"250ms\"; 1ms .. 60s)",
           "The longest that a request waits for replicas."},
          set_duration<&Config::timeout_ns>,
          get_duration<&Config::timeout_ns>},
    Entry{{"max_siblings", "1 .. 100000", "A write that would leave more siblings is refused."},
          set_integer<&Config::max_siblings>,
          get_integer<&Config::max_siblings>},
    Entry{{"max_value_bytes", "1 .. 16777216", "A larger value is refused."},
          set_integer<&Config::max_value_bytes>,
          get_integer<&Config::max_value_bytes>},
    Entry{{"alarm_divergence", "a duration (\"60s\"; 10ms .. 1000000s) | off",
           "/health is degraded when a key has been known to differ between replicas for longer."},
          set_duration_or_off<&Config::alarm_divergence_ns>,
          get_duration_or_off<&Config::alarm_divergence_ns>},
    Entry{{"alarm_exchange", "a duration (\"60s\"; 10ms .. 1000000s) | off",
           "/health is degraded when it is longer ago that everything was compared with each peer."},
          set_duration_or_off<&Config::alarm_exchange_ns>,
          get_duration_or_off<&Config::alarm_exchange_ns>},
    Entry{{"alarm_hint", "a duration (\"600s\"; 10ms .. 1000000s) | off",
           "/health is degraded when a hint has waited for its home for longer."},
          set_duration_or_off<&Config::alarm_hint_ns>,
          get_duration_or_off<&Config::alarm_hint_ns>},
    Entry{{"alarm_stale_replies", "1 .. 100 | off",
           "/health is degraded when more of a hundred replies to gets were behind, in the last minutes."},
          set_percent_or_off,
          [](const Config& c) {
            return c.alarm_stale_percent == 0 ? "off" : std::to_string(c.alarm_stale_percent);
          }},
    Entry{{"bugs", "names separated by commas", "Seeded bugs that are switched on."}, set_bugs, get_bugs},
    Entry{{"session_keys", "1 .. 4096",
           "Of how many keys a session token tells what its session saw; the one used longest ago is left "
           "out."},
          set_integer<&Config::session_keys>,
          get_integer<&Config::session_keys>},
    Entry{{"coordinator", "node | client",
           "Who coordinates a request: the node that it reached (dots are made on a home), or the client, "
           "which asks the homes itself (one makes the dot; stamps of lww are the client's)."},
          set_choice<&Config::coordinator, coordinator_names>,
          get_choice<&Config::coordinator, coordinator_names>},
    Entry{
        {"stamp", "wall | client | hlc | query | truetime",
         "Where the stamps of lww come from: the wall clock of the node that a write reached; that of the "
         "client; a hybrid logical clock, which follows what nodes and sessions have seen; one above what r "
         "homes have; the latest that it can be, with a wait until that is past."},
        set_choice<&Config::stamp, stamp_names>,
        get_choice<&Config::stamp, stamp_names>},
    Entry{{"max_clock_offset", "a duration (\"500ms\"; 1ms .. 1000s)",
           "stamp = client or hlc: how far ahead of a node's wall clock a stamp of somebody else may be."},
          set_duration<&Config::max_clock_offset_ns>,
          get_duration<&Config::max_clock_offset_ns>},
    Entry{{"clock_error", "a duration (\"5ms\"; 1ms .. 10s)",
           "stamp = truetime: wall clocks are taken to be right to plus or minus this."},
          set_duration<&Config::clock_error_ns>,
          get_duration<&Config::clock_error_ns>},
    Entry{{"gc", "keep | timeout | confirmed",
           "When tombstones go: never; on each node by itself once they are gc_after old, which may bring "
           "back what they had deleted; everywhere, once nothing that they cover is left anywhere."},
          set_choice<&Config::gc, gc_names>,
          get_choice<&Config::gc, gc_names>},
    Entry{{"gc_after", "a duration (\"3600s\", \"500ms\"; 10ms .. 1000000s)",
           "How long a node has had a tombstone before it may go (gc = timeout or confirmed)."},
          set_duration<&Config::gc_after_ns>,
          get_duration<&Config::gc_after_ns>},
};

const Entry* find_entry(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const Entry& entry) { return entry.knob.name == name; });
  return found == table.end() ? nullptr : found;
}

ConfigError unknown_knob(std::string_view name) {
  std::string message = "there is no knob \"" + std::string(name) + "\"; knobs:";
  for (const Entry& entry : table) message += " " + std::string(entry.knob.name);
  return {std::string(name), message};
}

ConfigError wrong_value(const Entry& entry, std::string_view value) {
  const std::string name(entry.knob.name);
  if (name == "bugs") {
    std::string message = name + " = \"" + std::string(value) + "\": not all of these are seeded bugs:";
    for (const BugInfo& info : bugs()) message += " " + std::string(info.name);
    return {name, message};
  }
  return {name, name + " = \"" + std::string(value) + "\" is not one of: " + std::string(entry.knob.values)};
}

}  // namespace

std::optional<int> parse_level(std::string_view text) {
  if (text == "one") return 1;
  if (text == "quorum") return level_quorum;
  if (text == "all") return level_all;
  const auto value = parse_integer<int>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

std::optional<Repair> parse_repair(std::string_view text) {
  const auto* found = std::find(repair_names.begin(), repair_names.end(), text);
  if (found == repair_names.end()) return std::nullopt;
  return static_cast<Repair>(found - repair_names.begin());
}

int resolve_level(int level, int n) {
  if (level == level_quorum) return n / 2 + 1;
  return level == level_all ? n : level;
}

std::span<const Knob> knobs() {
  static const auto only_knobs = [] {
    std::array<Knob, table.size()> result;
    std::transform(table.begin(), table.end(), result.begin(), [](const Entry& entry) { return entry.knob; });
    return result;
  }();
  return only_knobs;
}

Outcome set(Config& config, std::string_view name, std::string_view value) {
  const Entry* entry = find_entry(name);
  if (entry == nullptr) return unknown_knob(name);
  if (!entry->set(config, value)) return wrong_value(*entry, value);
  return {};
}

std::string get(const Config& config, std::string_view name) {
  const Entry* entry = find_entry(name);
  return entry == nullptr ? std::string() : entry->get(config);
}

}  // namespace fracas::store
