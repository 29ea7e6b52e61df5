// Adds of unique elements to sets by read-modify-write with the causal context, and reads. An add that was
// acknowledged and is missing at the end is a lost update. Each round of adds has sets of its own, so that
// values stay small in runs of any length; within a round one set is hot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& set_workload();

// Its parts, for workloads that combine several. All its keys begin with "s".
std::unique_ptr<Generator> set_generator(const Parameters&, int client);
/// The union of the siblings' elements, sorted, as a JSON array.
std::string set_answer(const std::vector<std::string>& siblings);
/// The same with the intent's element in it.
std::string set_modify(const Intent&, const std::vector<std::string>& siblings);
/// read, add.
bool set_has(const Intent&);

}  // namespace fracas::workloads
