#include "checker/formats/edn_atom.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

template <typename Number>
std::optional<Number> parsed(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// An integer of any size, one way of writing for each: no sign before 0, no zeros in front.
bool append_integer(std::string& json, std::string_view digits, bool negative) {
  if (!all_digits(digits)) return false;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (negative && digits != "0") json += '-';
  json += digits;
  return true;
}

/// 0x1F
bool append_hexadecimal(std::string& json, std::string_view token, bool negative) {
  if (!token.starts_with("0x") && !token.starts_with("0X")) return false;
  const auto number = parsed<std::uint64_t>(token.substr(2), 16);
  if (!number) return false;
  fmt::format_to(std::back_inserter(json), "{}{}", negative && *number != 0 ? "-" : "", *number);
  return true;
}

/// As the reader of JSON writes it.
bool append_fraction(std::string& json, std::string_view token, bool negative) {
  double number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (error != std::errc() || end != token.data() + token.size() || !std::isfinite(number)) return false;
  fmt::format_to(std::back_inserter(json), "{}", negative ? -number : number);
  return true;
}

bool append_number(std::string& json, std::string_view token) {
  std::string_view rest = token;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || rest.front() < '0' || rest.front() > '9') return false;
  if (append_integer(json, rest.ends_with('N') ? rest.substr(0, rest.size() - 1) : rest, negative))
    return true;
  return append_hexadecimal(json, rest, negative) ||
         append_fraction(json, rest.ends_with('M') ? rest.substr(0, rest.size() - 1) : rest, negative);
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6U);
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3FU));
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

/// The first of a pair that the text ends with, as append_utf8 has written it; nothing: it ends with none.
std::optional<std::uint32_t> high_surrogate_at_end(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[text.size() - 3 + i]); };
  if (at(0) != 0xED || at(1) < 0xA0 || at(1) > 0xAF) return std::nullopt;
  return 0xD000U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
}

constexpr auto kNamed = std::to_array<std::pair<std::string_view, char>>({{"newline", '\n'},
                                                                          {"space", ' '},
                                                                          {"tab", '\t'},
                                                                          {"return", '\r'},
                                                                          {"backspace", '\b'},
                                                                          {"formfeed", '\f'}});

}  // namespace

void append_atom(std::string& json, std::string_view token) {
  if (token == "nil") {
    json += "null";
  } else if (token == "true" || token == "false") {
    json += token;
  } else if (!append_number(json, token)) {
    append_json_string(json, token);
  }
}

void append_character(std::string& json, std::string_view token) {
  std::string text;
  const auto named =
      std::find_if(kNamed.begin(), kNamed.end(), [&](const auto& n) { return n.first == token; });
  if (named != kNamed.end()) {
    text = named->second;
  } else if (token.size() == 5 && token.front() == 'u' && append_code_unit(text, token.substr(1))) {
    // (the unit is the text)
  } else if (token.size() > 1 && token.front() == 'o' && parsed<std::uint32_t>(token.substr(1), 8)) {
    append_octal(text, token.substr(1));
  } else {
    text = token;
  }
  append_json_string(json, text);
}

char unescaped(int c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\\':
    case '\'':
    case '/':
      return static_cast<char>(c);
    default:
      return '\0';
  }
}

bool append_code_unit(std::string& text, std::string_view digits) {
  const auto unit = digits.size() == 4 ? parsed<std::uint32_t>(digits, 16) : std::nullopt;
  if (!unit) return false;
  const auto high = *unit >= 0xDC00 && *unit <= 0xDFFF ? high_surrogate_at_end(text) : std::nullopt;
  if (!high) {
    append_utf8(text, *unit);
    return true;
  }
  text.resize(text.size() - 3);
  append_utf8(text, 0x10000U + ((*high - 0xD800U) << 10U) + (*unit - 0xDC00U));
  return true;
}

void append_octal(std::string& text, std::string_view digits) {
  append_utf8(text, parsed<std::uint32_t>(digits, 8).value_or(0) & 0x1FFU);
}

}  // namespace fracas::checker
