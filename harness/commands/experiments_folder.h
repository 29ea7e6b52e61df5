// The experiments that come with fracas, wherever it was built or installed.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/error.h"

namespace fracas::harness {

/// *.toml, sorted by name; empty if the folder is not found.
std::vector<std::filesystem::path> shipped_experiments();

/// The file itself, or a shipped experiment by its name ("quorum"). The error names the nearest.
Result<std::filesystem::path> find_experiment(const std::filesystem::path& file_or_name);

}  // namespace fracas::harness
