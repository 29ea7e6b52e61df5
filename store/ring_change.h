// How owners of partitions change when a node joins, leaves or takes another's place: as few partitions move
// as can, and afterwards no node owns two more than another if that was so before. Pure functions of a ring,
// so that every node that computes one gets the same.
#pragma once

#include <cstdint>

#include "store/ring.h"

namespace fracas::store {

struct RingChange {
  enum class Kind : std::uint8_t {
    join,     ///< `node` becomes a member
    leave,    ///< `node` is none any more
    replace,  ///< `with` takes exactly what `node` has
    cancel    ///< the change that is under way is given up
  };
  Kind kind = Kind::join;
  NodeIndex node = 0;
  NodeIndex with = 0;
};

/// `node` is no member.
Ring::Owners joined(const Ring&, NodeIndex node);
/// `node` is a member, and not the only one.
Ring::Owners left(const Ring&, NodeIndex node);
/// `node` is a member, `with` is none.
Ring::Owners replaced(const Ring&, NodeIndex node, NodeIndex with);

}  // namespace fracas::store
