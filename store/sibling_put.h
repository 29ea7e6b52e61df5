// What a put or delete makes of a copy with siblings: its own dot beside those that its context does not
// cover, within the limits of siblings and bytes.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>

#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

struct SiblingPut {
  DvvSet set;
  std::size_t value_bytes = 0;  ///< of all values in it
  ReplyToClient answer;         ///< once enough homes have it
};

/// On a copy as it is here, with the next dot of `actor`. An error: refused, and nothing was done.
boost::system::result<SiblingPut, ClientError> put_beside(Shared&, const Request&, const KeyState& copy,
                                                          const Actor&);

}  // namespace fracas::store
