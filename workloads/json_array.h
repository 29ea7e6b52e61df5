// Splits and joins compact JSON arrays as texts, without building a tree: answers of the store are looked at
// millions of times a run.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::workloads {

/// Length of the JSON value that begins at `text[0]`, found by its brackets and quotes alone; 0 if it does
/// not end.
std::size_t json_value_length(std::string_view text);

/// The elements of an array, as texts. Empty if `text` is not an array.
std::optional<std::vector<std::string>> split_json_array(std::string_view text);
/// The same, as views into `text`.
std::optional<std::vector<std::string_view>> view_json_array(std::string_view text);

std::string join_json_array(const std::vector<std::string>& elements);
std::string join_json_array(std::span<const std::string_view> elements);

}  // namespace fracas::workloads
