// Files and JSON texts, with the line of what does not parse.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "results/run_folder.h"

namespace fracas::results {

using nlohmann::ordered_json;

Read<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad())
    return ReadError{fmt::format("{}: cannot be read; is this a run folder?", file.string())};
  return {boost::system::in_place_value, std::move(text).str()};
}

Read<ordered_json> parse_json(const std::string& text, const std::string& file, std::size_t first_line) {
  try {
    return {boost::system::in_place_value, ordered_json::parse(text)};
  } catch (const ordered_json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = first_line + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
    const std::string what = error.what();
    const auto detail = what.find("syntax error");
    return ReadError{fmt::format("{}:{}: not JSON: {}", file, line,
                                 detail == std::string::npos ? what : what.substr(detail))};
  }
}

}  // namespace fracas::results
