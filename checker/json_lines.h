// Files of one JSON object a line: read a line at a time, in bounded memory, every line parsed in full.
#pragma once

#include <functional>
#include <string>

#include <simdjson.h>

#include "checker/history.h"

namespace fracas::checker {

/// What is wrong with a line; empty: nothing.
using LineError = std::string;

/// Calls `line` for every line of the file with its object, in order, and stops at the first error. Lines
/// longer than 256 MiB are refused.
InputResult<void> for_each_line(const std::filesystem::path& file,
                                const std::function<LineError(simdjson::dom::object)>& line);

/// Appends the value as compact JSON text, so that equal values are equal bytes.
void append_compact(std::string& out, const simdjson::dom::element&);

/// Reads one field into its target; the message says what the field is and what it should be.
LineError take_text(std::string_view name, const simdjson::dom::element&, std::string& out);
LineError take_json(const simdjson::dom::element&, std::string& out);
LineError take_flag(std::string_view name, const simdjson::dom::element&, bool& out);
LineError take_integer(std::string_view name, const simdjson::dom::element&, std::int64_t low,
                       std::int64_t high, std::int64_t& out);
LineError take_texts(std::string_view name, const simdjson::dom::element&, std::vector<std::string>& out);
LineError wrong_type(std::string_view name, std::string_view expected, const simdjson::dom::element&);

}  // namespace fracas::checker
