// The guarantee matrix as text: yes or no in each cell, with the number of its reason below.
#pragma once

#include <string>

#include "harness/promises/matrix.h"

namespace fracas::harness {

std::string matrix_text(const Matrix&);

}  // namespace fracas::harness
