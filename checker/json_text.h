// JSON texts as the checker handles them: compact, so that equal values are equal bytes. Writing a string,
// and walking over a text that is known to be valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::checker {

/// Appends the text as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that the
/// line stays JSON whatever a store answered.
void append_json_string(std::string& out, std::string_view text);

/// The parts of a compact, valid array; the text itself when it is not an array. Views into `json`.
std::vector<std::string_view> array_parts(std::string_view json);

/// As array_parts, but nested arrays are opened too: the elements of a set, however its siblings are wrapped.
void append_leaves(std::string_view json, std::vector<std::string_view>& leaves);

/// Reads a compact, valid JSON text from left to right. A step that does not match sets `failed` and answers
/// a default; so a whole shape is read first and checked once.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : rest_(text) {}
  /// Skips c if it is next.
  bool take(char c) {
    if (failed_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Skips c, or fails.
  void expect(char c) {
    if (!take(c)) failed_ = true;
  }
  std::string_view string();  ///< without its quotes, escapes left as they are
  std::int64_t signed_integer();
  std::uint64_t unsigned_integer();
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  template <typename T>
  T integer();
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace fracas::checker
