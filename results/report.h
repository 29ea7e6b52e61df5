// Renders a run folder: report.json (stable, schema/report.schema.json) and report.html (one file, no
// network).
#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fracas::results {

/// Reads the run folder (README.md) and builds the report object. A run that ended early gets its report too:
/// experiment.json and run.json are enough. `verdict` and `reason` are the judge's to say: they are "error"
/// and "The run has not been judged." until the caller sets them. The error says which file and what is
/// wrong.
boost::system::result<nlohmann::ordered_json, std::string> build_report(
    const std::filesystem::path& run_folder);

/// Writes report.json and report.html into the folder, each in one step (write aside, rename).
boost::system::result<void, std::string> write_report(const std::filesystem::path& run_folder,
                                                      const nlohmann::ordered_json& report);

}  // namespace fracas::results
