// Appends of unique elements to lists by read-modify-write with the causal context, and reads. An append that
// was acknowledged and is missing at the end is a lost update; an element that is there twice, or in front of
// one that its append had seen, is as wrong. Lists come in rounds, as sets do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& append_workload();

// Its parts, for workloads that combine several. All its keys begin with "l".
std::unique_ptr<Generator> append_generator(const Parameters&, int client);
/// The siblings' lists as one, as a JSON array: no element twice, and each list's order kept where the lists
/// agree.
std::string append_answer(const std::vector<std::string>& siblings);
/// The same with the intent's element at its end.
std::string append_modify(const Intent&, const std::vector<std::string>& siblings);
/// read, append.
bool append_has(const Intent&);

}  // namespace fracas::workloads
