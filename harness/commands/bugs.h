// `fracas bugs`: every seeded bug must be caught, and the correct store beside it must not be accused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/commands/console.h"
#include "harness/world_kind.h"

namespace fracas::harness {

struct BugsOptions {
  std::vector<std::string> names;  ///< empty: all
  std::vector<WorldKind> worlds{WorldKind::sim, WorldKind::local};
  std::optional<std::uint64_t> seeds;  ///< tried at most
  std::optional<std::filesystem::path> out;
  bool json = false;
};

Exit bugs_command(const BugsOptions&, Console&);

}  // namespace fracas::harness
