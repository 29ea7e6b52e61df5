#include "harness/commands/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace fracas::harness {

Exit complain(const Console& console, const Error& error) {
  // A message may quote a damaged file: what would command the terminal is shown as '?'.
  std::string message = error.message;
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return (c < ' ' && c != '\n') || c == 0x7f; },
      '?');
  console.err << "fracas: " << message << '\n';
  return error.code;
}

std::string bold(const Console& console, std::string_view text) {
  return console.colour ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
}

std::string shell_quoted(std::string_view argument) {
  const bool plain = !argument.empty() && std::all_of(argument.begin(), argument.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./=:,+@%").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(argument);
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace fracas::harness
