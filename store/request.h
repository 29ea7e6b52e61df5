// A client request once it has been checked: every range resolved, and who is waiting for the answer.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

inline constexpr std::size_t max_key_bytes = 1024;
inline constexpr std::int64_t min_timeout_ns = 1'000'000;
inline constexpr std::size_t max_operations = 20'000;  ///< open at a time in one node, stragglers included
inline constexpr std::size_t max_state_bytes = std::size_t{32} << 20;  ///< of all siblings of a key together

/// Where the answer goes: to our own client, or to the node that forwarded the request.
struct Origin {
  RequestId client = 0;
  std::optional<std::pair<NodeIndex, OperationId>> forwarder;
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h
};

struct Request {
  Origin origin;
  Verb verb = Verb::get;
  std::string key;
  std::string value;
  std::string token;  ///< as it came, to be forwarded
  Context context;
  std::vector<NodeIndex> homes;  ///< n of them
  int wanted = 1;                ///< r or w
  Repair repair = Repair::none;  ///< get
  std::int64_t stamp_us = 0;     ///< stamp = client
  std::int64_t seen_us = 0;      ///< the stamp must be higher: what the session saw, and what homes have
  std::int64_t timeout_ns = 0;

  Value written() const { return verb == Verb::put ? Value(value) : std::nullopt; }
};

/// Checks everything that can be wrong with a request by itself.
boost::system::result<Request, ClientError> check_request(Shared&, const Instant& now, const ClientRequest&,
                                                          const Origin&);

/// Sends the answer to whoever waits for it, and counts it (once: where the client is).
void answer(Step&, Shared&, const Origin&, Verb, ReplyToClient);
void refuse(Step&, Shared&, const Origin&, Verb, ClientError);

}  // namespace fracas::store
