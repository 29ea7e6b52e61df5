// The atoms of EDN as JSON text: words, numbers, characters and what is escaped in a text.
#pragma once

#include <string>
#include <string_view>

namespace fracas::checker {

/// Appends nil, a number, a word or a symbol.
void append_atom(std::string& json, std::string_view token);

/// Appends the character that is written \token: c, newline, u0041, o101.
void append_character(std::string& json, std::string_view token);

/// What \c stands for in a text; '\0': nothing.
char unescaped(int c);

/// Appends the unit of UTF-16 with these four hexadecimal digits as UTF-8; the second of a pair joins the
/// first. False: they are none.
bool append_code_unit(std::string& text, std::string_view digits);
void append_octal(std::string& text, std::string_view digits);

}  // namespace fracas::checker
