// Which links a fault of single messages treats: those between its nodes and everyone else, in one direction
// or both, with or without the links of clients.
#pragma once

#include <string>
#include <vector>

#include "nemesis/faults/partition_cut.h"
#include "nemesis/kind.h"

namespace fracas::nemesis {

/// The parameters `direction` and `clients`, for the documentation of a kind.
ParameterInfo direction_info();
ParameterInfo clients_info();

/// Draw what is open of them into fault.parameters.
FaultResult<void> draw_direction(const Parameters&, Random&, Fault&);
FaultResult<void> draw_clients(const Parameters&, const Names& all, Random&, Fault&);

/// The links that the drawn parameters mean; both ways for a kind without a direction.
Cut links_of(const Fault&, const Names& all);

}  // namespace fracas::nemesis
