// The shell that reads Jepsen's history.edn and its kin: one operation at a time, each a map.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "checker/formats/edn.h"
#include "checker/formats/jepsen_events.h"

namespace fracas::checker {
namespace {

constexpr auto kMembers = std::to_array<std::pair<std::string_view, std::string JepsenOperation::*>>(
    {{"\":type\"", &JepsenOperation::type},
     {"\":process\"", &JepsenOperation::process},
     {"\":f\"", &JepsenOperation::f},
     {"\":value\"", &JepsenOperation::value},
     {"\":time\"", &JepsenOperation::time},
     {"\":index\"", &JepsenOperation::index},
     {"\":key\"", &JepsenOperation::key},
     {"\":error\"", &JepsenOperation::error},
     {"\":final?\"", &JepsenOperation::final},
     {"\":session\"", &JepsenOperation::session},
     {"\":node\"", &JepsenOperation::node},
     {"\":saw\"", &JepsenOperation::saw},
     {"\":siblings\"", &JepsenOperation::siblings},
     {"\":context\"", &JepsenOperation::context},
     {"\":clock\"", &JepsenOperation::clock}});

/// Others than these are of the test's own making.
std::string to_operation(std::vector<EdnMember>& members, std::size_t count, JepsenOperation& operation) {
  for (const auto& [name, member] : kMembers) (operation.*member).clear();
  for (std::size_t i = 0; i < count; ++i) {
    const auto* known = std::find_if(kMembers.begin(), kMembers.end(),
                                     [&](const auto& member) { return member.first == members[i].key; });
    if (known == kMembers.end()) continue;
    std::string& field = operation.*known->second;
    if (!field.empty())
      return fmt::format("{} appears twice", known->first.substr(1, known->first.size() - 2));
    std::swap(field, members[i].value);
  }
  return {};
}

class EdnHistory {
 public:
  EdnHistory(std::FILE* file, std::string name, JepsenEvents& events)
      : bytes_(file), edn_(bytes_), name_(std::move(name)), events_(events) {}

  /// What went wrong; nothing: the end.
  std::optional<InputError> run() {
    const int first = edn_.peek();
    const char close = first == '[' ? ']' : first == '(' ? ')' : '\0';
    if (close != '\0') edn_.skip();
    for (int c = edn_.peek(); c != ByteStream::kEnd && c != close; c = edn_.peek()) {
      if (auto error = operation()) return error;
    }
    if (close != '\0' && edn_.peek() == close) {
      edn_.skip();
      if (edn_.peek() != ByteStream::kEnd) return at(bytes_.line(), "something follows behind the history");
    } else if (close != '\0' && edn_.error().empty() && !bytes_.failed()) {
      return at(bytes_.line(),
                "truncated: the history ends without its closing bracket (close it to judge what "
                "is before it)");
    }
    if (bytes_.failed()) return at(bytes_.line(), fmt::format("cannot read it: {}", std::strerror(errno)));
    if (!edn_.error().empty()) return at(edn_.error_line(), edn_.error());
    return std::nullopt;
  }

 private:
  std::optional<InputError> operation() {
    const std::uint64_t line = bytes_.line();
    std::size_t count = 0;
    if (!edn_.read_map(members_, count)) {
      if (bytes_.failed()) return at(bytes_.line(), fmt::format("cannot read it: {}", std::strerror(errno)));
      return at(edn_.error_line(), edn_.error());
    }
    std::string error = to_operation(members_, count, operation_);
    if (error.empty()) error = events_.take(operation_);
    return error.empty() ? std::nullopt : std::optional(at(line, std::move(error)));
  }

  InputError at(std::uint64_t line, std::string message) const { return {name_, line, std::move(message)}; }

  ByteStream bytes_;
  EdnReader edn_;
  std::string name_;
  JepsenEvents& events_;
  std::vector<EdnMember> members_;
  JepsenOperation operation_;
};

}  // namespace

Reading read_edn_events(const std::filesystem::path& path, const Dialect& dialect, const EventSink& sink) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file)
    return {.error = InputError{path.string(), 0, fmt::format("cannot open it: {}", std::strerror(errno))}};
  JepsenEvents events(dialect, sink);
  auto error = EdnHistory(file.get(), path.string(), events).run();
  Reading reading = events.reading();
  reading.error = std::move(error);
  return reading;
}

}  // namespace fracas::checker
