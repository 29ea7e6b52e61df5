// Random small histories of one object, most of them right, some not; and what is linearizable by definition:
// every order tried. Shares nothing with the checker but the history.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/history.h"
#include "checker/model.h"

namespace fracas::checker {

struct RandomObject {
  std::uint64_t seed = 0;
  Model model = Model::reg;
  int operations = 7;
  int clients = 4;
  int values = 3;       ///< different ones; 0: all different
  bool removes = true;  ///< of registers (deletes) and sets
  int unsure = 20;      ///< percent of the operations that end in info, or do not end
  int wrong = 70;       ///< percent of the histories of which one answer is changed
};

History random_object(const RandomObject&);

/// By enumeration.
bool linearizable_by_definition(const History&, Model);

/// The order is one of the history's: extends real time, has everything that was acknowledged, and every
/// answer is right.
bool is_linearization(const History&, Model, const std::vector<std::uint32_t>& order);

/// As many as FRACAS_CASES says (.ci/nightly), else this many.
int cases(int usual);

}  // namespace fracas::checker
