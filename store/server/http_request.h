// What a client may ask: the target, the query and the body of an HTTP request, taken apart strictly. What is
// not understood is refused with the name of the field, never guessed or ignored.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/node.h"

namespace fracas::store {

inline constexpr int max_value_depth = 100;  ///< of nested arrays and objects

/// An answer other than 2xx that the node was not asked about. `allow`: of a 405.
struct HttpProblem {
  unsigned status = 400;
  std::string_view kind = "bad-request";
  std::string field;
  std::string message;
  std::string_view allow;
};

/// A request as it came over the wire; views into the connection's buffers.
struct RawRequest {
  std::string_view method;
  std::string_view target;
  std::string_view context;  ///< header X-Fracas-Context
  std::string_view body;
  std::string_view stamp = {};    ///< header X-Fracas-Stamp; empty: none
  std::string_view seen = {};     ///< header X-Fracas-Seen; empty: none
  std::string_view session = {};  ///< header X-Fracas-Session; empty: none
};

struct HttpRequest {
  enum class Route : std::uint8_t {
    kv,
    status,
    health,
    metrics,
    replica,
    replica_key,
    hints,
    preference_list,
    ring,
    merkle,
    divergences,
    change_ring
  };
  Route route = Route::kv;
  std::string key;       ///< replica_key, preference_list
  MerkleQuery merkle;    ///< merkle
  ClientRequest client;  ///< kv; its id is not set
  ChangeRing ring;       ///< change_ring; its id is not set
};

boost::system::result<HttpRequest, HttpProblem> parse_request(const RawRequest&,
                                                              std::int64_t max_value_bytes);

}  // namespace fracas::store
