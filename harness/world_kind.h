// The two worlds by name, and what each can do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nemesis/fault.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

enum class WorldKind : std::uint8_t {
  local,  ///< real processes on this machine
  sim,    ///< deterministic simulation in virtual time
};

std::string_view to_string(WorldKind);
std::optional<WorldKind> world_kind(std::string_view name);

/// Empty if the world can do it, else why not and what to do. Whether this very machine allows it is another
/// question (`fracas doctor`).
std::string why_not(WorldKind, nemesis::Ability);
/// The same for a kind of fault by its name.
std::string why_not(WorldKind, std::string_view fault_kind);

}  // namespace fracas::harness
