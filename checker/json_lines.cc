#include "checker/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kChunkBytes = 64 << 10;
constexpr std::size_t kMaxLineBytes = 256U << 20;
constexpr std::size_t kShownBytes = 60;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// Hands out the lines of a file one after another, each with the padding that the parser wants behind it.
class LineReader {
 public:
  explicit LineReader(std::FILE* file) : file_(file) {
    buffer_.resize(kChunkBytes + simdjson::SIMDJSON_PADDING);
  }

  enum class Got { line, end, too_long, failed };

  Got next() {
    while (true) {
      const char* begin = buffer_.data() + begin_;
      if (const void* newline = std::memchr(begin + scanned_, '\n', end_ - begin_ - scanned_)) {
        return give(static_cast<std::size_t>(static_cast<const char*>(newline) - begin), true);
      }
      scanned_ = end_ - begin_;
      if (std::feof(file_) != 0) return scanned_ == 0 ? Got::end : give(scanned_, false);
      if (scanned_ >= kMaxLineBytes) return Got::too_long;
      if (!fill()) return Got::failed;
    }
  }

  std::string_view line() const { return line_; }
  bool ended_by_newline() const { return ended_by_newline_; }

 private:
  Got give(std::size_t length, bool newline) {
    line_ = std::string_view(buffer_.data() + begin_, length);
    ended_by_newline_ = newline;
    begin_ += length + (newline ? 1 : 0);
    scanned_ = 0;
    return Got::line;
  }

  bool fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() - end_ < kChunkBytes / 2) buffer_.resize(buffer_.size() * 2);
    end_ += std::fread(buffer_.data() + end_, 1, buffer_.size() - simdjson::SIMDJSON_PADDING - end_, file_);
    return std::ferror(file_) == 0;
  }

  std::FILE* file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;  ///< bytes from begin_ that are known to hold no newline
  std::string_view line_;
  bool ended_by_newline_ = false;
};

LineError judge_line(dom::parser& parser, std::string_view line,
                     const std::function<LineError(dom::object)>& handle) {
  dom::element root;
  // The reader's buffer has the padding: no copy.
  if (const auto error = parser.parse(line.data(), line.size(), false).get(root)) {
    return fmt::format("not JSON ({}): {}", simdjson::error_message(error),
                       line.empty() ? "the line is empty" : line.substr(0, kShownBytes));
  }
  dom::object object;
  if (root.get(object)) return "not a JSON object: every line is one";
  return handle(object);
}

std::string_view type_name(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return "a text";
    case dom::element_type::BOOL:
      return "a boolean";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

void append_compact_array(std::string& out, const dom::array& array) {
  out += '[';
  bool first = true;
  for (const dom::element part : array) {
    if (!first) out += ',';
    first = false;
    append_compact(out, part);
  }
  out += ']';
}

void append_compact_object(std::string& out, const dom::object& object) {
  out += '{';
  bool first = true;
  for (const auto field : object) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, field.key);
    out += ':';
    append_compact(out, field.value);
  }
  out += '}';
}

}  // namespace

InputResult<void> for_each_line(const std::filesystem::path& path,
                                const std::function<LineError(dom::object)>& line) {
  const File file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return InputError{path.string(), 0, fmt::format("cannot open it: {}", std::strerror(errno))};
  LineReader reader(file.get());
  dom::parser parser;
  for (std::uint64_t number = 1;; ++number) {
    switch (reader.next()) {
      case LineReader::Got::end:
        return {};
      case LineReader::Got::too_long:
        return InputError{path.string(), number, "longer than 256 MiB"};
      case LineReader::Got::failed:
        return InputError{path.string(), number, fmt::format("cannot read it: {}", std::strerror(errno))};
      case LineReader::Got::line:
        break;
    }
    LineError error = judge_line(parser, reader.line(), line);
    if (error.empty()) continue;
    const bool truncated = !reader.ended_by_newline() && error.starts_with("not JSON");
    if (truncated)
      error = "truncated: the last line ends in the middle (remove it to judge what is before it)";
    return InputError{path.string(), number, std::move(error)};
  }
}

void append_compact(std::string& out, const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::STRING:
      append_json_string(out, element.get_string().value_unsafe());
      return;
    case dom::element_type::INT64:
      fmt::format_to(std::back_inserter(out), "{}", element.get_int64().value_unsafe());
      return;
    case dom::element_type::UINT64:
      fmt::format_to(std::back_inserter(out), "{}", element.get_uint64().value_unsafe());
      return;
    case dom::element_type::DOUBLE:
      fmt::format_to(std::back_inserter(out), "{}", element.get_double().value_unsafe());
      return;
    case dom::element_type::BOOL:
      out += element.get_bool().value_unsafe() ? "true" : "false";
      return;
    case dom::element_type::NULL_VALUE:
      out += "null";
      return;
    case dom::element_type::ARRAY:
      append_compact_array(out, element.get_array().value_unsafe());
      return;
    case dom::element_type::OBJECT:
      append_compact_object(out, element.get_object().value_unsafe());
      return;
  }
}

LineError wrong_type(std::string_view name, std::string_view expected, const dom::element& element) {
  return fmt::format("{} is {}, expected {}", name, type_name(element), expected);
}

LineError take_text(std::string_view name, const dom::element& element, std::string& out) {
  std::string_view text;
  if (element.get(text)) return wrong_type(name, "a text", element);
  out.assign(text);
  return {};
}

LineError take_json(const dom::element& element, std::string& out) {
  out.clear();
  append_compact(out, element);
  return {};
}

LineError take_flag(std::string_view name, const dom::element& element, bool& out) {
  if (element.get(out)) return wrong_type(name, "true or false", element);
  return {};
}

LineError take_integer(std::string_view name, const dom::element& element, std::int64_t low,
                       std::int64_t high, std::int64_t& out) {
  if (!element.is_int64())
    return wrong_type(name, fmt::format("a whole number from {} to {}", low, high), element);
  out = element.get_int64().value_unsafe();
  if (out < low || out > high) return fmt::format("{} is {}, expected {} to {}", name, out, low, high);
  return {};
}

LineError take_texts(std::string_view name, const dom::element& element, std::vector<std::string>& out) {
  dom::array array;
  if (element.get(array)) return wrong_type(name, "an array of texts", element);
  out.clear();
  for (const dom::element part : array) {
    std::string_view text;
    if (part.get(text)) return wrong_type(fmt::format("{}[{}]", name, out.size()), "a text", part);
    out.emplace_back(text);
  }
  return {};
}

}  // namespace fracas::checker
