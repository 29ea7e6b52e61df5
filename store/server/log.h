// The node's log: one line an event of its life (never of a request), on standard output, with the wall time
// first.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace fracas::store {

/// "2026-11-21T14:03:07.123456Z text". Line breaks in the text become blanks: one event, one line.
void log_line(std::string_view text);

template <typename... Args>
void log(fmt::format_string<Args...> format, Args&&... args) {
  log_line(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace fracas::store
