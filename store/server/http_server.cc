#include "store/server/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "store/server/http_parser.h"
#include "store/server/log.h"

namespace fracas::store {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t read_bytes = 16 << 10;
/// An accept that failed for want of a resource is tried again after this.
constexpr std::chrono::milliseconds accept_pause{20};

struct HttpCounters {
  std::size_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused_connections = 0;
};

HttpProblem parse_failure(const error_code& error) {
  if (error == http::error::body_limit)
    return {.status = 413,
            .kind = "value-too-large",
            .field = "value",
            .message = "the body is over the limit",
            .allow = {}};
  if (error == http::error::header_limit)
    return {.status = 431, .field = "header", .message = "the header is over the limit", .allow = {}};
  return {.field = "request", .message = "malformed HTTP: " + error.message(), .allow = {}};
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(asio::io_context& io, Acceptor acceptor, HttpLimits limits, HttpHandlers handlers)
      : acceptor_(std::move(acceptor)), pause_(io), limits_(limits), handlers_(std::move(handlers)) {}

  void accept();
  void stop();
  void answer(const ReplyToClient&);

  class Connection;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  HttpLimits limits_;
  HttpHandlers handlers_;
  HttpCounters counters_;
  bool stopped_ = false;
  RequestId last_id_ = 0;
  std::unordered_map<RequestId, std::shared_ptr<Connection>> waiting_;

 private:
  void accepted(Socket);
};

/// Reads a request, waits for its answer, writes it, reads the next.
class HttpServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Impl> server, Socket socket)
      : server_(std::move(server)), socket_(std::move(socket)) {
    ++server_->counters_.connections;
  }
  ~Connection() { --server_->counters_.connections; }

  void read_request() {
    parser_.emplace(server_->limits_.header_bytes,
                    std::max(server_->limits_.body_bytes,
                             static_cast<std::uint64_t>(server_->limits_.value_bytes) * 2 + 1024));
    if (buffer_.size() > 0) return parse();
    read_more();
  }

  void refuse(const HttpProblem& problem) {
    keep_alive_ = false;
    answer_.reset();
    write_problem(answer_, problem);
    write();
  }

  void reply(const ReplyToClient& reply) {
    answer_.reset();
    if (changes_ring_) {
      write_ring_reply(answer_, reply);
    } else {
      write_reply(answer_, reply, verb_);
    }
    write();
  }

 private:
  void read_more() {
    socket_.async_read_some(buffer_.prepare(read_bytes),
                            [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                              if (error) return;
                              self->buffer_.commit(bytes);
                              self->parse();
                            });
  }

  void parse() {
    error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == http::error::need_more || (!error && !parser_->is_done())) return read_more();
    if (error) return refuse(parse_failure(error));
    keep_alive_ = parser_->keep_alive();
    handle();
  }

  void handle() {
    ++server_->counters_.requests;
    answer_.reset();
    auto request = parse_request(parser_->request(), server_->limits_.value_bytes);
    if (!request) {
      write_problem(answer_, request.error());
      return write();
    }
    changes_ring_ = request->route == HttpRequest::Route::change_ring;
    if (request->route != HttpRequest::Route::kv && !changes_ring_) {
      server_->handlers_.inspect(*request, answer_);
      return write();
    }
    const RequestId id = ++server_->last_id_;
    server_->waiting_.emplace(id, shared_from_this());
    if (changes_ring_) {
      request->ring.id = id;
      return server_->handlers_.change_ring(std::move(request->ring));
    }
    verb_ = request->client.verb;
    request->client.id = id;
    server_->handlers_.client(std::move(request->client));
  }

  /// Tries the socket first: an answer nearly always fits into its buffer.
  void write() {
    out_.clear();
    append_http(out_, answer_, keep_alive_);
    error_code error;
    const std::size_t sent = socket_.write_some(asio::buffer(out_), error);
    if (error && error != asio::error::would_block) return;
    if (sent == out_.size()) return written_soon();
    asio::async_write(socket_, asio::buffer(out_.data() + sent, out_.size() - sent),
                      [self = shared_from_this()](const error_code& failed, std::size_t) {
                        if (!failed) self->written();
                      });
  }

  /// With a further request in the buffer, the next turn comes from the loop: a long pipeline must not become
  /// a deep stack.
  void written_soon() {
    if (buffer_.size() == 0) return written();
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->written(); });
  }

  void written() {
    if (keep_alive_) return read_request();
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    drain();
  }

  /// Closing with unread bytes would reset the connection and could destroy the answer on its way: reads on,
  /// within bounds, until the client closes.
  void drain() {
    if (server_->stopped_ || drained_ > drain_limit) return;
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(read_bytes),
                            [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                              self->drained_ += bytes;
                              if (!error) self->drain();
                            });
  }

  static constexpr std::size_t drain_limit = 4 << 20;

  std::shared_ptr<Impl> server_;
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<HttpParser> parser_;
  bool keep_alive_ = true;
  Verb verb_ = Verb::get;  ///< of a client request
  bool changes_ring_ = false;
  HttpAnswer answer_;
  std::string out_;
  std::size_t drained_ = 0;
};

void HttpServer::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& error, Socket socket) {
    if (self->stopped_) return;
    if (!error) {
      self->accepted(std::move(socket));
      return self->accept();
    }
    log("http: accept failed: {}", error.message());
    self->pause_.expires_after(accept_pause);
    self->pause_.async_wait([self](const error_code& cancelled) {
      if (!cancelled) self->accept();
    });
  });
}

void HttpServer::Impl::accepted(Socket socket) {
  error_code error;
  socket.set_option(Tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  const bool over = counters_.connections >= limits_.connections;
  const auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket));
  if (!over) return connection->read_request();
  ++counters_.refused_connections;
  connection->refuse({.status = 503,
                      .kind = "overloaded",
                      .field = {},
                      .message = fmt::format("over {} connections", limits_.connections),
                      .allow = {}});
}

void HttpServer::Impl::stop() {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  waiting_.clear();
}

void HttpServer::Impl::answer(const ReplyToClient& reply) {
  const auto found = waiting_.find(reply.id);
  if (found == waiting_.end()) return;
  const auto connection = std::move(found->second);
  waiting_.erase(found);
  connection->reply(reply);
}

HttpServer::HttpServer(asio::io_context& io, Acceptor acceptor, HttpLimits limits, HttpHandlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(acceptor), limits, std::move(handlers))) {}
HttpServer::~HttpServer() { impl_->stop(); }

void HttpServer::start() { impl_->accept(); }
void HttpServer::answer(const ReplyToClient& reply) { impl_->answer(reply); }

Metrics HttpServer::metrics() const {
  const HttpCounters& counters = impl_->counters_;
  return {{"fracas_http_connections", static_cast<double>(counters.connections)},
          {"fracas_http_requests_total", static_cast<double>(counters.requests)},
          {"fracas_http_refused_connections_total", static_cast<double>(counters.refused_connections)}};
}

}  // namespace fracas::store
