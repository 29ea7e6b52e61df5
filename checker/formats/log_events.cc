// The shell that reads Jepsen's log lines: process, type, f, value and perhaps an error, between blanks, as
// in history.txt ("0 :invoke :read nil"), or behind the logger's name ("INFO  jepsen.util - 0 :invoke :read
// nil"), as in the logs of etcd that Porcupine is tested with. Whatever else a log has is skipped.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

#include "checker/formats/edn.h"
#include "checker/formats/jepsen_events.h"
#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kMaxLineBytes = 256U << 20;
constexpr std::string_view kLogger = "jepsen.util - ";

/// The part of a line that is an operation; nothing: none is.
std::optional<std::string_view> operation_in(std::string_view line) {
  const std::size_t logger = line.find(kLogger);
  if (logger != std::string_view::npos && std::isupper(static_cast<unsigned char>(line.front())) != 0) {
    line.remove_prefix(logger + kLogger.size());
  }
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  const bool process = std::isdigit(static_cast<unsigned char>(line.front())) != 0 || line.front() == ':';
  // A date is no process.
  const bool alone = line.find_first_not_of("0123456789") == line.find_first_of(" \t\r");
  return line.front() == ':' || (process && alone) ? std::optional(line) : std::nullopt;
}

std::string to_operation(std::string_view text, std::uint64_t line, JepsenOperation& operation) {
  for (std::string* field :
       {&operation.process, &operation.type, &operation.f, &operation.value, &operation.error})
    field->clear();
  ByteStream bytes(text, line);
  EdnReader edn(bytes);
  for (std::string* field : {&operation.process, &operation.type, &operation.f, &operation.value}) {
    if (edn.read(*field)) continue;
    // Without the file's end in it: the line ends, not the file.
    if (edn.error().empty() || edn.error().starts_with("truncated"))
      return fmt::format(
          "the line ends in the middle of an operation: {}, expected process, type, f and value",
          text.substr(0, 60));
    return edn.error();
  }
  while (bytes.peek() == ' ' || bytes.peek() == '\t') bytes.skip();
  std::string rest;
  bytes.take_line(rest, kMaxLineBytes);
  if (rest.find_first_not_of(" \t\r") == std::string::npos) return {};
  append_json_string(operation.error, rest);
  return {};
}

}  // namespace

Reading read_log_events(const std::filesystem::path& path, const Dialect& dialect, const EventSink& sink) {
  const auto failure = [&](std::uint64_t line, std::string message) {
    return InputError{path.string(), line, std::move(message)};
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return {.error = failure(0, fmt::format("cannot open it: {}", std::strerror(errno)))};
  ByteStream bytes(file.get());
  JepsenEvents events(dialect, sink);
  JepsenOperation operation;
  std::optional<InputError> error;
  std::string text;
  while (!error) {
    text.clear();
    const std::uint64_t line = bytes.line();
    if (!bytes.take_line(text, kMaxLineBytes)) break;
    if (text.size() >= kMaxLineBytes) {
      error = failure(line, "longer than 256 MiB");
      break;
    }
    const auto found = operation_in(text);
    if (!found) {
      events.skip();
      continue;
    }
    std::string wrong = to_operation(*found, line, operation);
    if (wrong.empty()) wrong = events.take(operation);
    if (!wrong.empty()) error = failure(line, std::move(wrong));
  }
  if (bytes.failed()) error = failure(bytes.line(), fmt::format("cannot read it: {}", std::strerror(errno)));
  Reading reading = events.reading();
  reading.error = std::move(error);
  return reading;
}

}  // namespace fracas::checker
