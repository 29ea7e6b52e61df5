#include "harness/promises/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

/// How a kind of fault takes acknowledged state from a replica that had synced it.
struct Damage {
  std::string_view kind;
  std::string_view how;
};
constexpr auto kDamages = std::to_array<Damage>({
    {"disk.wipe", "a node came back with an empty disk"},
    {"disk.restore", "a node came back with an old state of its disk"},
    {"disk.truncate", "a node came back without its last writes, synced ones included"},
    {"disk.bit-flip", "a node whose disk was damaged came back with an empty one"},
});

/// Kinds that the matrix speaks of and that leave every replica's acknowledged and synced state alone.
bool leaves_state(std::string_view kind) {
  constexpr auto kKinds = std::to_array<std::string_view>(
      {"process.kill", "process.pause", "disk.power-loss", "disk.full", "disk.error", "disk.slow"});
  const std::string_view kind_class = nemesis::class_of(kind);
  return kind_class == "network" || kind_class == "clock" || kind_class == "ring" ||
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

/// What a change of the ring rests on is synced whatever fsync says, and who knows that it has lost it asks
/// the others (store/README.md).
constexpr std::string_view kForgottenRing =
    "and the ring changed: that it has lost its disk, and with it what it had agreed to, a node may hear "
    "from "
    "nobody, since those that remember may have left";

/// Empty if the kind takes nothing under this configuration.
std::string damage_by(std::string_view kind, const store::Config& store) {
  for (const Damage& damage : kDamages)
    if (damage.kind == kind) return fmt::format("{} ({})", damage.how, kind);
  if (kind == "disk.power-loss" && store.fsync != store::Fsync::always)
    return fmt::format(
        "fsync = {} acknowledges what is not on the disk, and a power loss took that (disk.power-loss)",
        store::get(store, "fsync"));
  if (kind == "disk.error" && store.fsync == store::Fsync::interval)
    return "fsync = interval acknowledges what is not on the disk, and a sync that failed took that "
           "(disk.error)";
  if (leaves_state(kind)) return {};
  return fmt::format("no promise is written down for {}, which may take state from a replica", kind);
}

/// On how many nodes the faults of a kind fall in all; nothing if that is left to the planner.
std::optional<int> nodes_hit(const Experiment& e, std::string_view kind) {
  int nodes = 0;
  for (const nemesis::FaultSpec& spec : e.faults) {
    if (spec.kind != kind) continue;
    const bool named =
        spec.target == "one" || spec.target.find_first_not_of("n0123456789") == std::string::npos;
    if (spec.every != 0 || !named) return std::nullopt;
    ++nodes;
  }
  return nodes > 0 ? std::optional(nodes) : std::nullopt;
}

/// How many nodes lose state in all; nothing if that is not known beforehand.
std::optional<int> nodes_that_lose(const Experiment& e, const std::set<std::string>& kinds) {
  int lossy = 0;
  for (const std::string& kind : kinds) {
    if (damage_by(kind, e.store).empty()) continue;
    const auto hit = nodes_hit(e, kind);
    if (!hit || nemesis::class_of(kind) != "disk") return std::nullopt;
    lossy += *hit;
  }
  return lossy;
}

/// Why a node that has lost state may vote before it has caught up (store/rejoin.h); empty: it may not.
std::string votes_too_early(const Experiment& e, const std::set<std::string>& kinds,
                            std::optional<int> lossy) {
  if (e.store.rejoin == store::RejoinMode::immediate)
    return "and rejoin = immediate lets a node vote that does not know what it has lost";
  if (!lossy || *lossy >= e.store.w)
    return "and with w nodes or more that lose state, those from which a node catches up may lack the same";
  const auto leaves_an_old_disk = [](std::string_view kind) {
    return kind == "disk.restore" || kind == "disk.truncate";
  };
  const auto old = std::find_if(kinds.begin(), kinds.end(), leaves_an_old_disk);
  if (e.store.fsync != store::Fsync::always || old == kinds.end()) return {};
  // What takes nobody away but the one node that loses state.
  const auto takes_away = std::find_if(kinds.begin(), kinds.end(), [&](const std::string& kind) {
    return nemesis::class_of(kind) != "clock" && damage_by(kind, e.store).empty();
  });
  if (takes_away == kinds.end() && *lossy <= 1) return {};
  return fmt::format(
      "and with fsync = always a node is told from one that was merely restarted only by peers that "
      "remember: {} may keep those away (rejoin = catchup does not wait for them for ever, since one node "
      "that "
      "stays down would keep every other from coming back)",
      takes_away == kinds.end() ? *old : *takes_away);
}

/// Between two uses of a key by one session it uses at most so many others; nothing: nobody knows. (Sets,
/// lists, counters and carts go on to other keys after a while, and never come back.)
std::optional<std::int64_t> keys_of_a_session(const Experiment& e) {
  if (!e.script.empty()) {
    std::set<std::string> keys;
    for (const ScriptedOperation& operation : e.script) keys.insert(operation.intent.key);
    return static_cast<std::int64_t>(keys.size());
  }
  if (e.workload == "mixed") return std::nullopt;
  return std::int64_t{e.load.keys} + e.load.cold_keys;
}

bool tokens_remember(const Experiment& e) {
  const auto keys = keys_of_a_session(e);
  return e.clients.session_tokens && keys && *keys <= e.store.session_keys;
}

/// gc = timeout: whatever keeps a home, a hint, a message or a coordinator away for longer than gc_after; and
/// nothing at all, where an operation may take longer.
std::string comes_back(const Experiment& e, const std::set<std::string>& kinds) {
  if (e.store.gc != store::Gc::timeout || e.store.gc_after_ns > e.steady + e.duration + e.settle) return {};
  if (e.store.gc_after_ns < e.store.timeout_ns)
    return fmt::format(
        "gc = timeout drops a tombstone after gc_after = {} without asking anybody, and an operation that "
        "lasts longer (timeout = {}) brings back what it covered",
        store::get(e.store, "gc_after"), store::get(e.store, "timeout"));
  const auto away = std::find_if(kinds.begin(), kinds.end(),
                                 [](const std::string& kind) { return nemesis::class_of(kind) != "clock"; });
  if (away == kinds.end()) return {};
  return fmt::format(
      "gc = timeout drops a tombstone after gc_after = {} without asking anybody, and whoever {} kept away "
      "for longer brings back what it covered",
      store::get(e.store, "gc_after"), *away);
}

}  // namespace

Facts facts(const Experiment& e, const std::set<std::string>& kinds) {
  const bool ring_changes = std::any_of(
      kinds.begin(), kinds.end(), [](const std::string& kind) { return nemesis::class_of(kind) == "ring"; });
  const std::optional<int> lossy = nodes_that_lose(e, kinds);
  Facts f{.store = e.store,
          .clients = e.clients,
          .workload = e.workload,
          .lww = e.store.conflict == store::Conflict::lww,
          .sloppy = e.store.placement == store::Placement::sloppy,
          .quorum = e.store.placement == store::Placement::strict && e.store.r + e.store.w > e.store.n,
          .stamps = stamp_order(e, kinds),
          .sessions = tokens_remember(e),
          .power_loss = kinds.contains("disk.power-loss"),
          .state_damage = {},
          .votes_too_early = {},
          .comes_back = comes_back(e, kinds),
          .ring_changes = ring_changes,
          .copies_left = lossy.has_value() && *lossy < e.store.w};
  for (const std::string& kind : kinds) {
    if (f.state_damage.empty()) f.state_damage = damage_by(kind, e.store);
  }
  if (f.state_damage.empty()) return f;
  f.votes_too_early = votes_too_early(e, kinds, lossy);
  f.ring_forgotten = ring_changes && std::any_of(kDamages.begin(), kDamages.end(), [&](const Damage& damage) {
                       return kinds.contains(std::string(damage.kind));
                     });
  if (!f.ring_forgotten) return f;
  f.copies_left = false;
  if (f.votes_too_early.empty()) f.votes_too_early = kForgottenRing;
  return f;
}

Promise yes(std::string reason) { return {true, std::move(reason)}; }
Promise no(std::string reason) { return {false, std::move(reason)}; }

std::string quorums(const Facts& f) {
  const bool over = f.store.r + f.store.w > f.store.n;
  return fmt::format("r + w = {} + {} {} n = {}{}", f.store.r, f.store.w, over ? ">" : "<=", f.store.n,
                     over && f.sloppy ? ", of which stand-ins may be some (placement = sloppy)" : "");
}

Promise kept_by_token() {
  return yes(
      "a session hands back the token of what it has seen, and a read waits until what it found covers "
      "that, or fails: whatever r + w is, whoever answers, whatever became of disks");
}

std::string token_forgets(const Facts& f) {
  if (!f.clients.session_tokens || f.sessions) return {};
  return fmt::format(
      "; its token may have forgotten the key, for it tells of session_keys = {} and the session uses more",
      f.store.session_keys);
}

Promise damaged(const Facts& f) {
  return no(fmt::format("{}: of an acknowledged write fewer than w = {} copies may be left", f.state_damage,
                        f.store.w));
}

Promise back_again(const Facts& f) { return no(f.comes_back); }

Promise met_in_vain(const Facts& f) {
  return no(fmt::format("{}: of an acknowledged write fewer than w = {} copies may be left, {}",
                        f.state_damage, f.store.w, f.votes_too_early));
}

Promise forgot_ring(const Facts& f) { return no(fmt::format("{}, {}", f.state_damage, kForgottenRing)); }

std::string once_caught_up(const Facts& f) {
  if (f.state_damage.empty()) return {};
  return fmt::format(
      "; {}, and with rejoin = catchup it counts in no quorum before it has merged from n - w + 1 = {} "
      "others",
      f.state_damage, f.store.n - f.store.w + 1);
}

}  // namespace fracas::harness
