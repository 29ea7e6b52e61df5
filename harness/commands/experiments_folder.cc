#include "harness/commands/experiments_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "harness/suggest.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

/// Beside a folder that contains the program (the build folder lies in the checkout), or below the working
/// directory.
std::vector<fs::path> candidates() {
  const fs::path below = fs::path("workloads") / "experiments";
  std::error_code ignored;
  std::vector<fs::path> folders;
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (; folder.has_relative_path(); folder = folder.parent_path()) folders.push_back(folder / below);
  folders.push_back(below);
  return folders;
}

}  // namespace

std::vector<fs::path> shipped_experiments() {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::path& folder : candidates()) {
    if (!fs::is_directory(folder, ignored)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, ignored))
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<fs::path> find_experiment(const fs::path& file_or_name) {
  std::error_code ignored;
  if (fs::is_regular_file(file_or_name, ignored)) return file_or_name;
  std::vector<std::string> names;
  for (const fs::path& file : shipped_experiments()) {
    if (file.stem() == file_or_name || file.filename() == file_or_name) return file;
    names.push_back(file.stem().string());
  }
  // There are too many to name them all.
  const std::string_view where =
      names.empty() ? "; those that come with fracas are in workloads/experiments of its checkout, which is "
                      "neither above this program nor the working directory"
                    : "; `fracas list experiments` shows those that come with fracas";
  if (fs::exists(file_or_name, ignored))
    return Error{Exit::usage,
                 fmt::format("{}: is no file; an experiment is a TOML file{}", file_or_name.string(), where)};
  const std::string near = nearest(file_or_name.stem().string(), names);
  return Error{Exit::usage,
               fmt::format("{}: there is no such experiment file{}", file_or_name.string(),
                           near.empty() ? std::string(where) : fmt::format(", did you mean '{}'?", near))};
}

}  // namespace fracas::harness
