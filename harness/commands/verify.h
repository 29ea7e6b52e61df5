// `fracas verify`: replays the certificates of a run, independently of the checkers.
#pragma once

#include <filesystem>

#include "harness/commands/console.h"

namespace fracas::harness {

/// 0 if nothing was refuted, else 1: then a checker was wrong, or the folder was changed.
Exit verify_command(const std::filesystem::path& run, Console&);

}  // namespace fracas::harness
