// The folder that a run leaves behind: its name, its creation, and the shortcut to the latest one.
#pragma once

#include <filesystem>
#include <optional>

#include "harness/error.h"
#include "harness/experiment.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// runs/<UTC time>-<name>-<seed>/ with runs/latest pointing to it, or `out`, which must be empty or absent.
/// Writes experiment.json and plan.json into it.
Result<std::filesystem::path> create_run_folder(const Experiment&, const nemesis::Plan&,
                                                const std::optional<std::filesystem::path>& out);

}  // namespace fracas::harness
