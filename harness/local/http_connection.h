// A keep-alive HTTP connection to one loopback port, with one request at a time, connected on demand. It
// tells apart what certainly never reached the other side from what may have.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fracas::harness {

struct HttpReply {
  enum class Outcome : std::uint8_t {
    answered,
    refused,     ///< no byte of the request was handed to the network
    unanswered,  ///< some of it was, and no whole answer came: time-out, reset, end of stream
  };
  Outcome outcome = Outcome::unanswered;
  unsigned status = 0;
  std::string_view body;  ///< valid during the callback
  std::string error;      ///< unless answered
};

class HttpConnection {
 public:
  using Done = std::function<void(const HttpReply&)>;

  HttpConnection(boost::asio::io_context&, std::uint16_t port);
  /// Drops an open request without calling back.
  ~HttpConnection();

  bool busy() const;
  /// Sends a whole request; the callback comes exactly once, within the time-out, and may send the next. Only
  /// when not busy.
  void request(std::string text, std::int64_t timeout_ns, Done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fracas::harness
