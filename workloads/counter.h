// Increments of counters by read-modify-write, and reads. Each client counts in a digit of its own (to base
// 1000), so that a count tells whose increments are missing or counted twice. Siblings are merged digit by
// digit, the larger one wins: a client counts on from its own last count. That is right as long as a client
// reads what it has written, and loses increments otherwise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& counter_workload();

/// null, the count, or the merged count. What is no count stands for itself, so that it can be accused.
std::string counter_answer(const std::vector<std::string>& siblings);
/// The same, and the intent's amount.
std::string counter_modify(const Intent&, const std::vector<std::string>& siblings);

}  // namespace fracas::workloads
