// The clients' door: HTTP/1.1 with keep-alive, one request at a time on a connection. It parses, hands the
// request on and writes the answer; it knows nothing of quorums. A client that hangs up changes nothing: its
// request runs to the end and the answer is dropped.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "store/node.h"
#include "store/server/http_answer.h"
#include "store/server/http_request.h"
#include "store/server/sockets.h"

namespace fracas::store {

struct HttpLimits {
  std::size_t connections = 512;         ///< one over it is answered 503 and closed
  std::uint32_t header_bytes = 1 << 17;  ///< a context token grows with the actors that wrote the key
  std::int64_t value_bytes = 1 << 20;    ///< compact JSON; the body may have as many blanks again
  std::uint64_t body_bytes = 0;          ///< if that is more: of states, which clients that coordinate bring
};

/// Where requests go. A client request and a change of the ring are answered later, by HttpServer::answer();
/// an inspection at once.
struct HttpHandlers {
  std::function<void(ClientRequest)> client;
  std::function<void(const HttpRequest&, HttpAnswer&)> inspect;
  std::function<void(ChangeRing)> change_ring;
};

class HttpServer {
 public:
  HttpServer(boost::asio::io_context&, Acceptor, HttpLimits, HttpHandlers);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void start();
  /// The answer to the client request of this id; the id of one whose client has gone is fine too.
  void answer(const ReplyToClient&);
  Metrics metrics() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fracas::store
