// Reads, writes of unique values and deletes on many keys. Hot keys make operations meet; cold keys are
// written but never read until the end, so that nothing but the store's own repair brings their replicas
// together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& register_workload();

/// The same on keys that begin with `prefix`, for workloads that combine several.
std::unique_ptr<Generator> register_generator(const Parameters&, int client, std::string_view prefix);
std::string register_hottest_key(std::string_view prefix);
/// read, write, delete.
bool register_has(const Intent&);
/// null, the value, or an array of siblings.
std::string register_answer(const std::vector<std::string>& siblings);

}  // namespace fracas::workloads
