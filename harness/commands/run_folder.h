// The folder that a run leaves behind: its name, its creation, and the shortcut to the latest one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/error.h"
#include "harness/experiment.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// runs/<UTC time>-<name>/, or `out`, which must be empty or absent.
Result<std::filesystem::path> create_folder(const std::string& name,
                                            const std::optional<std::filesystem::path>& out);

/// The same, named after the experiment and its seed, with runs/latest pointing to it unless it is `out`, and
/// with experiment.json and plan.json in it.
Result<std::filesystem::path> create_run_folder(const Experiment&, const nemesis::Plan&,
                                                const std::optional<std::filesystem::path>& out);

/// experiment.json and plan.json, into a folder that exists.
Result<void> write_run_inputs(const std::filesystem::path& folder, const Experiment&, const nemesis::Plan&);

}  // namespace fracas::harness
