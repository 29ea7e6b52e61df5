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
  return kind_class == "network" || kind_class == "clock" ||
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

/// Empty if the kind takes nothing under this configuration.
std::string damage_by(std::string_view kind, const store::Config& store) {
  for (const Damage& damage : kDamages)
    if (damage.kind == kind) return fmt::format("{} ({})", damage.how, kind);
  if (kind == "disk.power-loss" && store.fsync == store::Fsync::never)
    return "fsync = never acknowledges what is not on the disk, and a power loss took that (disk.power-loss)";
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

/// Fewer than w homes of any key have lost anything: each acknowledged write is still on one.
bool copies_left(const Experiment& e, const std::set<std::string>& kinds) {
  int lossy = 0;
  for (const std::string& kind : kinds) {
    if (damage_by(kind, e.store).empty()) continue;
    const auto hit = nodes_hit(e, kind);
    if (!hit || nemesis::class_of(kind) != "disk") return false;
    lossy += *hit;
  }
  return lossy < e.store.w;
}

}  // namespace

Facts facts(const Experiment& e, const std::set<std::string>& kinds) {
  Facts f{.store = e.store,
          .clients = e.clients,
          .workload = e.workload,
          .lww = e.store.conflict == store::Conflict::lww,
          .sloppy = e.store.placement == store::Placement::sloppy,
          .quorum = e.store.placement == store::Placement::strict && e.store.r + e.store.w > e.store.n,
          .stamps = stamp_order(e, kinds),
          .power_loss = kinds.contains("disk.power-loss"),
          .state_damage = {},
          .copies_left = copies_left(e, kinds)};
  for (const std::string& kind : kinds) {
    if (f.state_damage.empty()) f.state_damage = damage_by(kind, e.store);
  }
  return f;
}

Promise yes(std::string reason) { return {true, std::move(reason)}; }
Promise no(std::string reason) { return {false, std::move(reason)}; }

std::string quorums(const Facts& f) {
  const bool over = f.store.r + f.store.w > f.store.n;
  return fmt::format("r + w = {} + {} {} n = {}{}", f.store.r, f.store.w, over ? ">" : "<=", f.store.n,
                     over && f.sloppy ? ", of which stand-ins may be some (placement = sloppy)" : "");
}

Promise damaged(const Facts& f) {
  return no(fmt::format("{}: of an acknowledged write fewer than w = {} copies may be left", f.state_damage,
                        f.store.w));
}

}  // namespace fracas::harness
