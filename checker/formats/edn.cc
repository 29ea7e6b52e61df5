#include "checker/formats/edn.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checker/formats/edn_atom.h"
#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxFormBytes = 256U << 20;

bool is_blank(int c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',' || c == '\f' || c == '\v';
}

/// Ends an atom.
bool is_delimiter(int c) {
  return c == ByteStream::kEnd || is_blank(c) || c == '(' || c == ')' || c == '[' || c == ']' || c == '{' ||
         c == '}' || c == '"' || c == ';';
}

std::string shown_byte(int c) {
  return c > ' ' && c < 0x7F ? fmt::format("'{}'", static_cast<char>(c)) : fmt::format("byte {:#04x}", c);
}

/// Begin and end of a part of a text.
using Part = std::pair<std::size_t, std::size_t>;

/// Puts the parts, all that stands behind `begin` but for the commas, in the order of their bytes.
void sort_parts(std::string& json, std::size_t begin, std::vector<Part>& parts) {
  const auto text = [&](const Part& part) {
    return std::string_view(json).substr(part.first, part.second - part.first);
  };
  const auto before = [&](const Part& a, const Part& b) { return text(a) < text(b); };
  if (std::is_sorted(parts.begin(), parts.end(), before)) return;
  std::sort(parts.begin(), parts.end(), before);
  std::string sorted;
  sorted.reserve(json.size() - begin);
  for (const Part& part : parts) {
    if (!sorted.empty()) sorted += ',';
    sorted += text(part);
  }
  json.replace(begin, std::string::npos, sorted);
}

}  // namespace

bool EdnReader::fail(std::string message) {
  if (error_.empty()) {
    error_ = std::move(message);
    error_line_ = bytes_.line();
  }
  return false;
}

bool EdnReader::fail_at_end() {
  return fail(
      "truncated: the file ends in the middle of a form (remove the form to judge what is before it)");
}

int EdnReader::peek() {
  if (hash_) return '#';
  while (error_.empty()) {
    const int c = bytes_.peek();
    if (is_blank(c)) {
      bytes_.skip();
    } else if (c == ';') {
      while (bytes_.peek() != ByteStream::kEnd && bytes_.peek() != '\n') bytes_.skip();
    } else if (c == '#') {
      bytes_.skip();
      if (bytes_.peek() != '_') {
        hash_ = true;
        return '#';
      }
      bytes_.skip();
      std::string discarded;
      if (!read_form(discarded)) fail_at_end();
    } else {
      return c;
    }
  }
  return ByteStream::kEnd;
}

bool EdnReader::read(std::string& json) {
  depth_ = 0;
  return read_form(json);
}

bool EdnReader::read_form(std::string& json) {
  // (Discarded forms nest as well: `#_ #_ ...`.)
  if (depth_ >= kMaxDepth) return fail(fmt::format("forms are nested deeper than {}", kMaxDepth));
  ++depth_;
  const int c = peek();
  const bool done = c != ByteStream::kEnd && read_inside(json, c);
  --depth_;
  if (json.size() > kMaxFormBytes) return fail("a form is longer than 256 MiB");
  return done;
}

bool EdnReader::read_inside(std::string& json, int c) {
  switch (c) {
    case '[':
    case '(':
      bytes_.skip();
      return read_sequence(json, c == '[' ? ']' : ')', false);
    case '{':
      bytes_.skip();
      return read_object(json);
    case '"':
      bytes_.skip();
      return read_string(json);
    case '\\':
      bytes_.skip();
      return read_character(json);
    case '#':
      hash_ = false;
      return read_tagged(json);
    case ']':
    case ')':
    case '}':
      return fail(fmt::format("not EDN: {} closes nothing", shown_byte(c)));
    default:
      return read_atom(json);
  }
}

bool EdnReader::read_sequence(std::string& json, char close, bool sorted) {
  json += '[';
  const std::size_t begin = json.size();
  std::vector<Part> parts;
  for (int c = peek(); c != close; c = peek()) {
    if (c == ByteStream::kEnd) return fail_at_end();
    if (json.size() > begin) json += ',';
    const std::size_t part = json.size();
    if (!read_form(json)) return fail_at_end();
    if (sorted) parts.emplace_back(part, json.size());
  }
  bytes_.skip();
  sort_parts(json, begin, parts);
  json += ']';
  return true;
}

bool EdnReader::read_object(std::string& json) {
  json += '{';
  const std::size_t begin = json.size();
  std::vector<Part> parts;
  std::string key;
  for (int c = peek(); c != '}'; c = peek()) {
    if (c == ByteStream::kEnd) return fail_at_end();
    if (json.size() > begin) json += ',';
    const std::size_t part = json.size();
    key.clear();
    if (!read_form(key)) return fail_at_end();
    if (key.front() == '"') {
      json += key;
    } else {
      append_json_string(json, key);
    }
    json += ':';
    if (peek() == '}') return fail(fmt::format("not EDN: a map has the key {} without a value", key));
    if (!read_form(json)) return fail_at_end();
    parts.emplace_back(part, json.size());
  }
  bytes_.skip();
  sort_parts(json, begin, parts);
  json += '}';
  return true;
}

bool EdnReader::read_map(std::vector<EdnMember>& members, std::size_t& count) {
  count = 0;
  depth_ = 0;
  int c = peek();
  if (c == '#') {
    hash_ = false;
    if (!take_token()) return fail_at_end();
    c = peek();
  }
  if (c == ByteStream::kEnd) return fail_at_end();
  if (c != '{')
    return fail(
        fmt::format("{} begins no map, expected an operation such as {{:type :invoke, "
                    ":process 0, :f :read, :value nil}}",
                    shown_byte(c)));
  bytes_.skip();
  for (c = peek(); c != '}'; c = peek()) {
    if (c == ByteStream::kEnd) return fail_at_end();
    if (count == members.size()) members.emplace_back();
    EdnMember& member = members[count++];
    member.key.clear();
    member.value.clear();
    if (!read_form(member.key)) return fail_at_end();
    if (peek() == '}') return fail(fmt::format("not EDN: a map has the key {} without a value", member.key));
    if (!read_form(member.value)) return fail_at_end();
  }
  bytes_.skip();
  return true;
}

bool EdnReader::read_string(std::string& json) {
  text_.clear();
  while (true) {
    const int c = bytes_.next();
    if (c == ByteStream::kEnd) return fail_at_end();
    if (c == '"') break;
    if (c == '\\') {
      if (!read_escape(text_)) return false;
    } else {
      text_ += static_cast<char>(c);
    }
    if (text_.size() > kMaxFormBytes) return fail("a text is longer than 256 MiB");
  }
  append_json_string(json, text_);
  return true;
}

bool EdnReader::read_escape(std::string& text) {
  const int c = bytes_.next();
  if (c == ByteStream::kEnd) return fail_at_end();
  if (c == 'u') {
    std::string digits;
    while (digits.size() < 4 && !is_delimiter(bytes_.peek())) digits += static_cast<char>(bytes_.next());
    if (!append_code_unit(text, digits)) return fail(fmt::format("not EDN: \\u{} in a text", digits));
    return true;
  }
  if (c >= '0' && c <= '7') {
    std::string digits(1, static_cast<char>(c));
    while (digits.size() < 3 && bytes_.peek() >= '0' && bytes_.peek() <= '7')
      digits += static_cast<char>(bytes_.next());
    append_octal(text, digits);
    return true;
  }
  const char meant = unescaped(c);
  if (meant == '\0') return fail(fmt::format("not EDN: \\ before {} in a text", shown_byte(c)));
  text += meant;
  return true;
}

bool EdnReader::read_character(std::string& json) {
  token_.clear();
  // The first is the character itself, whatever it is: \( or \;.
  if (bytes_.peek() == ByteStream::kEnd) return fail_at_end();
  token_ += static_cast<char>(bytes_.next());
  while (!is_delimiter(bytes_.peek())) token_ += static_cast<char>(bytes_.next());
  append_character(json, token_);
  return true;
}

/// Behind a '#'.
bool EdnReader::read_tagged(std::string& json) {
  const int c = bytes_.peek();
  switch (c) {
    case ByteStream::kEnd:
      return fail_at_end();
    case '{':
      bytes_.skip();
      return read_sequence(json, '}', true);
    case '"':  // a pattern
      bytes_.skip();
      return read_string(json);
    case '(':  // an anonymous function, in what a program printed of itself
      bytes_.skip();
      return read_sequence(json, ')', false);
    case '#':  // ##Inf, ##NaN
    case '\'':
      bytes_.skip();
      return take_token() ? (append_json_string(json, token_), true) : fail_at_end();
    default:
      return take_token() && read_form(json) ? true : fail_at_end();
  }
}

bool EdnReader::take_token() {
  token_.clear();
  while (!is_delimiter(bytes_.peek())) {
    token_ += static_cast<char>(bytes_.next());
    if (token_.size() > kMaxFormBytes) return fail("a word is longer than 256 MiB");
  }
  return true;
}

bool EdnReader::read_atom(std::string& json) {
  if (!take_token()) return false;
  append_atom(json, token_);
  return true;
}

}  // namespace fracas::checker
