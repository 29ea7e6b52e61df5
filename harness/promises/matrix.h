// The guarantee matrix of one configuration: what it promises under each group of faults, whatever its own
// experiment injects.
#pragma once

#include <string_view>
#include <vector>

#include "harness/promises.h"

namespace fracas::harness {

/// A group of faults under which every cell of a row has one reason.
struct FaultGroup {
  std::string_view heading;   ///< short: a column
  std::string_view sentence;  ///< which faults
};

struct MatrixRow {
  std::string_view property;
  std::vector<Promise> cells;  ///< one a group
};

struct Matrix {
  std::vector<FaultGroup> groups;
  std::vector<MatrixRow> rows;
};

Matrix guarantee_matrix(const Experiment&, const std::vector<std::string_view>& properties);

}  // namespace fracas::harness
