#include "harness/commands/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "harness/commands/plan.h"
#include "harness/line_file.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

Error not_writable(const fs::path& path, const std::error_code& error) {
  return {Exit::environment,
          fmt::format("{}: cannot be made: {} (--out names another folder)", path.string(), error.message())};
}

/// Two runs that begin in the same second get different names.
Result<fs::path> create_dated(const std::string& what) {
  const std::string name = fmt::format("{:%Y%m%dT%H%M%SZ}-{}", fmt::gmtime(std::time(nullptr)), what);
  std::error_code error;
  fs::create_directories("runs", error);
  if (error) return not_writable("runs", error);
  for (int attempt = 1; attempt <= 100; ++attempt) {
    const fs::path folder = fs::path("runs") / (attempt == 1 ? name : fmt::format("{}-{}", name, attempt));
    if (fs::create_directory(folder, error)) return folder;
    if (error) return not_writable(folder, error);
  }
  return Error{Exit::environment, fmt::format("runs/{}: there are 100 of that name already", name)};
}

Result<fs::path> create_named(const fs::path& out) {
  std::error_code error;
  if (fs::exists(out, error)) {
    if (!fs::is_directory(out, error))
      return Error{Exit::usage, fmt::format("--out {}: is not a folder", out.string())};
    if (!fs::is_empty(out, error))
      return Error{Exit::usage,
                   fmt::format("--out {}: is not empty; a run never overwrites another", out.string())};
    return out;
  }
  fs::create_directories(out, error);
  if (error)
    return Error{Exit::usage, fmt::format("--out {}: cannot be made: {}", out.string(), error.message())};
  return out;
}

/// A convenience: that it cannot be made is no error.
void point_latest_to(const fs::path& folder) {
  std::error_code ignored;
  const fs::path aside = folder.parent_path() / (".latest-" + folder.filename().string());
  fs::create_directory_symlink(folder.filename(), aside, ignored);
  fs::rename(aside, folder.parent_path() / "latest", ignored);
}

}  // namespace

Result<fs::path> create_folder(const std::string& name, const std::optional<fs::path>& out) {
  return out ? create_named(*out) : create_dated(name);
}

Result<void> write_run_inputs(const fs::path& folder, const Experiment& experiment,
                              const nemesis::Plan& plan) {
  if (auto written = write_file(folder / "experiment.json", to_json(experiment).dump(2) + "\n"); !written)
    return written;
  return write_file(folder / "plan.json", plan_json(experiment, plan).dump(2) + "\n");
}

Result<fs::path> create_run_folder(const Experiment& experiment, const nemesis::Plan& plan,
                                   const std::optional<fs::path>& out) {
  const Result<fs::path> folder = create_folder(fmt::format("{}-{}", experiment.name, experiment.seed), out);
  if (!folder) return folder;
  if (auto written = write_run_inputs(*folder, experiment, plan); !written) return written.error();
  if (!out) point_latest_to(*folder);
  return folder;
}

}  // namespace fracas::harness
