// Where the recorded histories are.
#include "tests/checker/recorded_histories.h"

#include <algorithm>
#include <cstdlib>

namespace fracas::checker {

std::filesystem::path recorded_histories() {
  if (const char* folder = std::getenv("FRACAS_HISTORIES")) return folder;
  const std::filesystem::path beside = std::filesystem::path("shared") / "histories";
  // (A second working tree lies deeper than the first.)
  for (std::filesystem::path at = FRACAS_SOURCE_DIR; at.has_relative_path(); at = at.parent_path())
    if (std::filesystem::exists(at.parent_path() / beside)) return at.parent_path() / beside;
  return std::filesystem::path(FRACAS_SOURCE_DIR).parent_path() / beside;
}

std::vector<std::filesystem::path> recorded_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, none))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace fracas::checker
