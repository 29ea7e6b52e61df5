// A client request once it has been checked: every range resolved, and who is waiting for the answer.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/homes.h"
#include "store/session_token.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

inline constexpr std::int64_t min_timeout_ns = 1'000'000;
inline constexpr std::size_t max_operations = 20'000;  ///< open at a time in one node, stragglers included

/// Where the answer goes: to our own client, or to the node that forwarded the request.
struct Origin {
  RequestId client = 0;
  std::optional<std::pair<NodeIndex, OperationId>> forwarder;
  std::shared_ptr<SessionToken> session{};  ///< what the client's session has seen; none: it does not say
  bool of_copy = false;                     ///< the client coordinates, and wants the state itself
  void fingerprint(Fingerprint&) const;     ///< fingerprint.h
};

struct Request {
  Origin origin;
  Verb verb = Verb::get;
  std::string key;
  std::string value;
  std::string token;  ///< as it came, to be forwarded
  Context context;
  Homes homes;
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

/// The client's session, if its token came, has been shown this or wrote it.
void show_session(Shared&, const Origin&, Verb, std::string_view key, const KeyState&);
void show_session(Shared&, const Origin&, Verb, std::string_view key, const Context&);

/// Sends the answer to whoever waits for it, and counts it (once: where the client is).
void answer(Step&, Shared&, const Origin&, Verb, ReplyToClient);
void refuse(Step&, Shared&, const Origin&, Verb, ClientError);

}  // namespace fracas::store
