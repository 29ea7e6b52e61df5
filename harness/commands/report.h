// `fracas report`: renders a run folder again. The judge's word goes into the report: there is one authority.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "harness/commands/console.h"
#include "harness/judge.h"

namespace fracas::harness {

/// Writes report.json and report.html from what the folder holds.
Result<nlohmann::ordered_json> write_run_report(const std::filesystem::path& folder, const Judgement&);

Exit report_command(const std::filesystem::path& folder, bool json, Console&);

}  // namespace fracas::harness
