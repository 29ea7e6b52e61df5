// Dynamo's shopping cart: clients add items, change their quantity and remove them, by read-modify-write with
// the causal context. A cart is an array of entries {"by","item","quantity"}, each unique; a client merges
// siblings by union. Adding an item takes the place of the entries of it that were seen, removing it drops
// them. What was added is not lost; what was removed may come back with somebody who had seen it and not the
// removal (the paper's own anomaly, section 4.4), and not otherwise. Carts come in rounds, as sets do.
#pragma once

#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {

const Workload& cart_workload();

/// The union of the siblings' entries, sorted, as a JSON array.
std::string cart_answer(const std::vector<std::string>& siblings);
std::string cart_modify(const Intent&, const std::vector<std::string>& siblings);

}  // namespace fracas::workloads
