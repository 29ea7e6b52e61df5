#include "workloads/json_array.h"

namespace fracas::workloads {
namespace {

std::size_t string_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

std::size_t nested_length(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t length = string_length(text.substr(i));
      if (length == 0) return 0;
      i += length - 1;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

template <typename Texts>
std::string joined(const Texts& elements) {
  std::size_t bytes = 2;
  for (const auto& element : elements) bytes += element.size() + 1;
  std::string text = "[";
  text.reserve(bytes);
  for (const auto& element : elements) {
    if (text.size() > 1) text += ',';
    text += element;
  }
  return text += ']';
}

}  // namespace

std::size_t json_value_length(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '"') return string_length(text);
  if (text[0] == '[' || text[0] == '{') return nested_length(text);
  const std::size_t end = text.find_first_of(",]} \t\r\n");
  return end == std::string_view::npos ? text.size() : end;
}

std::optional<std::vector<std::string_view>> view_json_array(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string_view> elements;
  while (!text.empty()) {
    const std::size_t length = json_value_length(text);
    if (length == 0) return std::nullopt;
    elements.push_back(text.substr(0, length));
    text.remove_prefix(length);
    if (text.empty()) break;
    if (text[0] != ',' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
  }
  return elements;
}

std::optional<std::vector<std::string>> split_json_array(std::string_view text) {
  const auto views = view_json_array(text);
  if (!views) return std::nullopt;
  return std::vector<std::string>(views->begin(), views->end());
}

std::string join_json_array(const std::vector<std::string>& elements) { return joined(elements); }
std::string join_json_array(std::span<const std::string_view> elements) { return joined(elements); }

}  // namespace fracas::workloads
