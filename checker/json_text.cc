#include "checker/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace fracas::checker {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Length of the well-formed UTF-8 sequence at the start (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF); 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  if (length < 3) return length;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return bad ? 0 : length;
}

/// Written as it is.
bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

/// Length of the JSON string at the start of a compact, valid text.
std::size_t string_length(std::string_view text) {
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

/// Length of the JSON value at the start of a compact, valid text.
std::size_t value_length(std::string_view text) {
  if (!text.empty() && text.front() == '"') return string_length(text);
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
      return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return text.size();
}

/// Of a compact, valid array.
template <typename Visit>
void each_part(std::string_view json, Visit&& visit) {
  std::string_view rest = json.substr(1);
  while (!rest.empty() && rest.front() != ']') {
    const std::size_t length = value_length(rest);
    visit(rest.substr(0, length));
    rest.remove_prefix(length);
    if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    out += text;
    out += '"';
    return;
  }
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == '"' || byte == '\\') {
      append_escaped(out, text[i++]);
    } else if (byte < 0x80) {
      out += text[i++];
    } else if (const std::size_t length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

std::vector<std::string_view> array_parts(std::string_view json) {
  if (json.empty() || json.front() != '[') return {json};
  std::vector<std::string_view> parts;
  each_part(json, [&parts](std::string_view part) { parts.push_back(part); });
  return parts;
}

void append_leaves(std::string_view json, std::vector<std::string_view>& leaves) {
  if (json.empty() || json == "null") return;
  if (json.front() != '[') {
    leaves.push_back(json);
    return;
  }
  each_part(json, [&leaves](std::string_view part) { append_leaves(part, leaves); });
}

std::string_view JsonCursor::string() {
  expect('"');
  // Most end at the next quote.
  std::size_t end = std::min(rest_.find('"'), rest_.size());
  if (rest_.substr(0, end).find('\\') != std::string_view::npos) {
    end = 0;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
  }
  if (failed_ || end >= rest_.size()) {
    failed_ = true;
    return {};
  }
  const std::string_view text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

template <typename T>
T JsonCursor::integer() {
  T value = 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  if (failed_ || error != std::errc{}) {
    failed_ = true;
    return 0;
  }
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  return value;
}

std::int64_t JsonCursor::signed_integer() { return integer<std::int64_t>(); }

std::uint64_t JsonCursor::unsigned_integer() { return integer<std::uint64_t>(); }

}  // namespace fracas::checker
