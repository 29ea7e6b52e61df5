#include "harness/commands/matrix_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/commands/table.h"

namespace fracas::harness {
namespace {

/// Reasons in the order of their first use, each once.
class Footnotes {
 public:
  std::size_t number_of(const std::string& reason) {
    auto found = std::find(reasons_.begin(), reasons_.end(), reason);
    if (found == reasons_.end()) found = reasons_.insert(found, reason);
    return static_cast<std::size_t>(found - reasons_.begin()) + 1;
  }
  std::string text() const {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < reasons_.size(); ++i)
      rows.push_back({fmt::format("{:>2}", i + 1), reasons_[i]});
    return table({}, rows);
  }

 private:
  std::vector<std::string> reasons_;
};

}  // namespace

std::string matrix_text(const Matrix& matrix) {
  Row heading{"property"};
  std::vector<Row> meanings;
  for (const FaultGroup& group : matrix.groups) {
    heading.emplace_back(group.heading);
    meanings.push_back({std::string(group.heading), std::string(group.sentence)});
  }
  Footnotes footnotes;
  std::vector<Row> rows;
  for (const MatrixRow& property : matrix.rows) {
    Row& row = rows.emplace_back(Row{std::string(property.property)});
    for (const Promise& cell : property.cells)
      row.push_back(
          fmt::format("{:<3} {}", cell.guaranteed ? "yes" : "no", footnotes.number_of(cell.reason)));
  }
  return table(heading, rows) + '\n' + table({}, meanings) + '\n' + footnotes.text();
}

}  // namespace fracas::harness
