#include "checker/formats/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace fracas::checker {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({"jsonl", "edn", "porcupine"});
constexpr std::size_t kBeginningBytes = 4096;
/// One for what adds mean, one for what pairs mean, and the last.
constexpr int kMostReadings = 3;

/// Nothing: the file cannot be opened, and errno says why.
std::optional<std::string> beginning_of(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return std::nullopt;
  std::string beginning(kBeginningBytes, '\0');
  beginning.resize(std::fread(beginning.data(), 1, beginning.size(), file.get()));
  return beginning;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n,");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

Reading read_events(const std::filesystem::path& path, Format format, std::string_view beginning,
                    const Dialect& dialect, const EventSink& sink) {
  if (format == Format::porcupine && detected(beginning) != Format::edn)
    return read_log_events(path, dialect, sink);
  return read_edn_events(path, dialect, sink);
}

}  // namespace

std::span<const std::string_view> format_names() { return kNames; }

std::optional<Format> format_from(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Format>(found - kNames.begin() + 1);
}

Format detected(std::string_view beginning) {
  beginning = without_blanks(beginning);
  if (beginning.empty()) return Format::jsonl;
  if (beginning.front() == '{') {
    beginning = without_blanks(beginning.substr(1));
    return beginning.starts_with(':') ? Format::edn : Format::jsonl;
  }
  // A vector of operations, a list of them, a record, a comment.
  if (std::string_view("[(#;").find(beginning.front()) != std::string_view::npos) return Format::edn;
  const bool word =
      std::isalnum(static_cast<unsigned char>(beginning.front())) != 0 || beginning.front() == ':';
  return word ? Format::porcupine : Format::jsonl;
}

InputResult<ForeignHistory> read_foreign_history(const std::filesystem::path& path, Format format,
                                                 std::string_view initial) {
  const auto beginning = beginning_of(path);
  if (!beginning)
    return InputError{path.string(), 0, fmt::format("cannot open it: {}", std::strerror(errno))};
  if (format == Format::detect) format = detected(*beginning);
  if (format == Format::jsonl) {
    auto history = read_history(path);
    if (!history) return history.error();
    return ForeignHistory{std::move(*history), 0};
  }
  Dialect dialect{.never_nil = initial != "null"};
  for (int readings = 1;; ++readings) {
    HistoryBuilder builder;
    const Reading read =
        read_events(path, format, *beginning, dialect, [&](const Event& event) -> std::string {
          auto added = builder.add(event);
          return added ? std::string() : std::move(added).error();
        });
    if (read.again && readings < kMostReadings) {
      dialect = *read.again;
    } else if (read.error) {
      return *read.error;
    } else {
      return ForeignHistory{std::move(builder).finish(), read.skipped};
    }
  }
}

InputResult<History> read_history(const std::filesystem::path& path, Format format,
                                  std::string_view initial) {
  auto read = read_foreign_history(path, format, initial);
  if (!read) return read.error();
  return std::move(read->history);
}

}  // namespace fracas::checker
