// JSON as text: values go through the store as the compact text that the client sent, without ever becoming
// a tree.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace fracas::store {

struct JsonProblem {
  std::string field;
  std::string message;
};

/// `text` must be one JSON object with the one member `name`; its value as compact text. Numbers and the
/// order of members stay as they were. Refuses what is nested deeper than `max_depth`.
boost::system::result<std::string, JsonProblem> compact_member(std::string_view text, std::string_view name,
                                                               int max_depth);

/// Appends `text` as a JSON string, quotes included. The text is UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace fracas::store
