#include "harness/world_kind.h"

#include <cassert>

#include "nemesis/kind.h"

namespace fracas::harness {

std::string_view to_string(WorldKind kind) { return kind == WorldKind::sim ? "sim" : "local"; }

std::optional<WorldKind> world_kind(std::string_view name) {
  for (const WorldKind kind : {WorldKind::local, WorldKind::sim})
    if (name == to_string(kind)) return kind;
  return std::nullopt;
}

std::string why_not(WorldKind world, nemesis::Ability ability) {
  if (world == WorldKind::sim) return {};
  switch (ability) {
    case nemesis::Ability::packets:
      return "the local world sees streams, not messages; the simulation can do it (--world sim)";
    case nemesis::Ability::disks:
      return "the local world has no disks of its own; the simulation can do it (--world sim)";
    case nemesis::Ability::processes:
    case nemesis::Ability::links:
    case nemesis::Ability::clocks:
    case nemesis::Ability::ring:
      break;
  }
  return {};
}

std::string why_not(WorldKind world, std::string_view fault_kind) {
  const nemesis::Kind* kind = nemesis::find_kind(fault_kind);
  assert(kind != nullptr);
  return why_not(world, kind->needs);
}

}  // namespace fracas::harness
