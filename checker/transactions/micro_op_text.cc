#include "checker/transactions/micro_op_text.h"

namespace fracas::checker::transactions {
namespace {

/// Behind the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

std::size_t end_of_nested(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    ++at;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return at;
  }
  return text.size();
}

}  // namespace

std::string_view first_value(std::string_view text) {
  if (text.empty()) return text;
  if (text.front() == '"') return text.substr(0, end_of_string(text, 0));
  if (text.front() == '[' || text.front() == '{') return text.substr(0, end_of_nested(text));
  std::size_t at = 0;
  while (at < text.size() && text[at] != ',' && text[at] != ']' && text[at] != '}') ++at;
  return text.substr(0, at);
}

TransactionText::TransactionText(std::string_view text) : rest_(text) {
  if (!take('[')) fail();
}

bool TransactionText::fail() {
  malformed_ = true;
  return false;
}

bool TransactionText::take(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

bool TransactionText::take_access() {
  for (const auto& [name, access] : {std::pair<std::string_view, Access>{"\"r\",", Access::read},
                                     {"\"append\",", Access::append},
                                     {"\"w\",", Access::write}}) {
    if (!rest_.starts_with(name)) continue;
    rest_.remove_prefix(name.size());
    access_ = access;
    return true;
  }
  return false;
}

bool TransactionText::next() {
  if (malformed_) return false;
  if (take(']')) return !rest_.empty() && fail();
  if (!first_ && !take(',')) return fail();
  first_ = false;
  if (!take('[') || !take_access()) return fail();
  key_ = first_value(rest_);
  if (key_.empty()) return fail();
  rest_.remove_prefix(key_.size());
  absent_ = access_ == Access::read && rest_.starts_with(']');
  return absent_ || take(',') || fail();
}

std::string_view TransactionText::value() {
  const std::string_view value = first_value(rest());
  skip_value(value.size());
  if (value.empty()) fail();
  return value;
}

void TransactionText::skip_value(std::size_t length) {
  if (!absent_) rest_.remove_prefix(length);
  if (!take(']')) fail();
}

}  // namespace fracas::checker::transactions
