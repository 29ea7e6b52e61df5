// Which directed links a partition cuts: the shapes (halves, ring, ...) and the map that an experiment
// writes. Nothing here touches a network.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/fault.h"
#include "nemesis/random.h"

namespace fracas::nemesis {

using Names = std::vector<std::string>;
/// Directed links, (from, to), that pass nothing.
using Cut = std::set<std::pair<std::string, std::string>>;

/// Nothing passes from any of `from` to any of `to`.
Cut cut_one_way(const Names& from, const Names& to);
/// Nothing passes between a and b, either way.
Cut cut_between(const Names& a, const Names& b);
/// All of `all` that are not in `some`, in order.
Names without(const Names& all, const Names& some);

/// A side of at least `least` nodes that holds the wanted ones and leaves at least one node to the other
/// side.
Names draw_side(const Names& wanted, const Names& all, std::size_t least, Random&);

/// Majorities ring: in a circle drawn at random every node hears a majority, the m = n/2 + 1 nodes around and
/// including itself, and no two hear the same one. For n = 5 that is symmetric; for n = 3, 6 and other
/// numbers where it cannot be, a node may hear one that does not hear it. At least 3 nodes.
Cut draw_ring(const Names& all, Random&);

/// Reads lines of a map: "n1>n2" (one way), "n1,n2|n3,n4" (both ways, any number of groups), "n3>clients".
FaultResult<Cut> parse_map(const Names& lines, const Names& all, const std::string& field);
/// The resolved form: "from>to", one link each, sorted. parse_map reads it back.
Names to_texts(const Cut&);

}  // namespace fracas::nemesis
