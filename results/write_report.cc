// Writes the two files of a report, each in one step.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "results/page.h"
#include "results/report.h"

namespace fracas::results {

using Written = boost::system::result<void, std::string>;

namespace {

/// A reader sees the old file or the new one, never a part: written aside, then renamed over it.
Written write_whole(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path aside = file;
  aside += ".new";
  errno = 0;
  std::ofstream out(aside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fmt::format("{}: cannot be written: {}", aside.string(), std::strerror(errno));
  std::error_code error;
  std::filesystem::rename(aside, file, error);
  if (error) return fmt::format("{}: cannot be replaced: {}", file.string(), error.message());
  return {};
}

}  // namespace

Written write_report(const std::filesystem::path& run_folder, const nlohmann::ordered_json& report) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  const auto json =
      write_whole(run_folder / "report.json", report.dump(1, ' ', false, Handler::replace) + "\n");
  if (!json) return json;
  return write_whole(run_folder / "report.html", render_page(report));
}

}  // namespace fracas::results
