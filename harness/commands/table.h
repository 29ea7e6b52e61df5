// Text in columns that reads well at 100 columns: the last column is wrapped at words.
#pragma once

#include <string>
#include <vector>

namespace fracas::harness {

using Row = std::vector<std::string>;

/// Rows of equal length; the first is the heading (left out if empty). Each line ends in a newline and is at
/// most `width` wide, as long as the last column has 20 columns left.
std::string table(const Row& heading, const std::vector<Row>& rows, std::size_t width = 100);

/// Words wrapped at `width`, the lines after the first indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width = 100);

}  // namespace fracas::harness
