// What an experiment with a script consists of, and the same experiment with less of it. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/experiment.h"
#include "harness/shrink/ddmin.h"

namespace fracas::harness {

Experiment with_operations(const Experiment&, const Indices& kept);
Experiment with_faults(const Experiment&, const Indices& kept);

/// Operations of each client that has any, by its number.
std::vector<Indices> operations_by_client(const Experiment&);
/// Operations on each key, sorted by key.
std::vector<Indices> operations_by_key(const Experiment&);
/// The indices of these groups, ascending.
Indices joined(const std::vector<Indices>& groups, const Indices& kept);

/// Everything that `from` does, `into` does.
Experiment with_merged_clients(const Experiment&, int from, int into);
/// Clients that do nothing are gone; the others are numbered from 0 in their order.
Experiment with_renumbered_clients(const Experiment&);
/// Values are numbered in the order in which they are written: "1", "2", ...
Experiment with_plain_values(const Experiment&);

/// What a fault does, in pieces that can be left out one by one: the nodes that it strikes, or the pairs
/// whose links it cuts. One piece: nothing can be left out.
std::vector<std::vector<std::string>> pieces_of(const nemesis::FaultSpec&);
nemesis::FaultSpec with_pieces(const nemesis::FaultSpec&, const Indices& kept);

/// Names in a target such as "n1,n3".
std::vector<std::string> target_nodes(const std::string& target);

}  // namespace fracas::harness
