#include "harness/commands/table.h"

#include <algorithm>
#include <sstream>

namespace fracas::harness {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastLast = 20;

std::vector<std::size_t> widths(const std::vector<Row>& rows) {
  std::vector<std::size_t> result(rows.empty() ? 0 : rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) result[i] = std::max(result[i], row[i].size());
  return result;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string result, word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string table(const Row& heading, const std::vector<Row>& rows, std::size_t width) {
  std::vector<Row> all;
  if (!heading.empty()) all.push_back(heading);
  all.insert(all.end(), rows.begin(), rows.end());
  const std::vector<std::size_t> columns = widths(all);
  std::string text;
  for (const Row& row : all) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += row[i];
      line.append(columns[i] - row[i].size() + kGap, ' ');
    }
    if (!row.empty()) {
      const std::size_t indent = line.size();
      line += wrapped(row.back(), indent, std::max(width, indent + kLeastLast));
    }
    text += without_trailing_blanks(std::move(line)) + '\n';
  }
  return text;
}

}  // namespace fracas::harness
