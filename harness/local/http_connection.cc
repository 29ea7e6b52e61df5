#include "harness/local/http_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cassert>
#include <chrono>
#include <optional>
#include <utility>

namespace fracas::harness {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kReadSize = 16 * 1024;
/// Dumps of a replica are the largest answers.
constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 30;

}  // namespace

/// Lives as long as a handler of Asio needs it. `epoch_` counts sockets: handlers of an earlier one are
/// ignored.
class HttpConnection::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, std::uint16_t port)
      : socket_(loop), timer_(loop), endpoint_(asio::ip::address_v4::loopback(), port) {}

  bool busy() const { return static_cast<bool>(done_); }

  void request(std::string text, std::int64_t timeout_ns, Done done) {
    assert(!busy());
    done_ = std::move(done);
    out_ = std::move(text);
    handed_over_ = false;
    parser_.emplace();
    parser_->body_limit(kLargestBody);
    parser_->eager(true);
    deadline_ = Clock::now() + std::chrono::nanoseconds(timeout_ns);
    watch_deadline();
    if (connected_) {
      send();
    } else {
      connect();
    }
  }

  void abandon() {
    done_ = nullptr;
    close();
    timer_.cancel();
  }

 private:
  void connect() {
    error_code error;
    socket_.open(Tcp::v4(), error);
    if (error) return finish_failed(error.message());
    ++epoch_;
    socket_.async_connect(endpoint_, [self = shared_from_this(), mine = epoch_](const error_code& failed) {
      if (self->epoch_ == mine) self->on_connected(failed);
    });
  }

  void on_connected(const error_code& failed) {
    if (failed) return finish_failed(failed.message());
    error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    connected_ = true;
    read_more();
    send();
  }

  /// Small requests fit into the socket's buffer at once: one system call, no handler.
  void send() {
    error_code error;
    const std::size_t count = socket_.write_some(asio::buffer(out_), error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
      return finish_failed(error.message());
    }
    handed_over_ = true;  // of what goes on behind our back, nothing is known until it is over
    const std::size_t sent = error ? 0 : count;
    if (sent == out_.size()) return;
    asio::async_write(socket_, asio::buffer(out_) + sent,
                      [self = shared_from_this(), mine = epoch_](const error_code& failed, std::size_t) {
                        if (failed && self->epoch_ == mine) self->finish_failed(failed.message());
                      });
  }

  /// Always pending while connected, so that a peer that hangs up is noticed before the next request.
  void read_more() {
    socket_.async_read_some(in_.prepare(kReadSize), [self = shared_from_this(), mine = epoch_](
                                                        const error_code& failed, std::size_t count) {
      if (self->epoch_ == mine) self->on_read(failed, count);
    });
  }

  void on_read(const error_code& failed, std::size_t count) {
    if (failed) return finish_failed(failed.message());
    if (!busy()) return close();  // nobody asked: this connection is out of step
    in_.commit(count);
    error_code wrong;
    while (!parser_->is_done() && in_.size() > 0) {
      const std::size_t used = parser_->put(in_.data(), wrong);
      in_.consume(used);
      if (wrong || used == 0) break;
    }
    if (wrong && wrong != http::error::need_more) return finish_failed("malformed HTTP: " + wrong.message());
    if (!parser_->is_done()) return read_more();
    finish_answered();
  }

  void finish_answered() {
    const http::response<http::string_body> response = parser_->release();
    HttpReply reply;
    reply.outcome = HttpReply::Outcome::answered;
    reply.status = response.result_int();
    reply.body = response.body();
    if (response.keep_alive() && in_.size() == 0) {
      read_more();
    } else {
      close();
    }
    std::exchange(done_, nullptr)(reply);
  }

  /// The connection is of no use any more. What the open request, if any, is told depends on whether any of
  /// it went out.
  void finish_failed(std::string error) {
    close();
    if (!busy()) return;
    HttpReply reply;
    reply.outcome = handed_over_ ? HttpReply::Outcome::unanswered : HttpReply::Outcome::refused;
    reply.error = std::move(error);
    std::exchange(done_, nullptr)(reply);
  }

  void close() {
    ++epoch_;
    connected_ = false;
    error_code ignored;
    socket_.close(ignored);
    in_.clear();
  }

  /// One timer for many requests: it is set only if none would fire early enough, and looks at the deadline
  /// of the request that is open when it fires.
  void watch_deadline() {
    if (armed_until_ && *armed_until_ <= deadline_) return;
    armed_until_ = deadline_;
    timer_.expires_at(deadline_);
    timer_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
      const auto self = weak.lock();
      if (cancelled || !self) return;
      self->armed_until_.reset();
      if (!self->busy()) return;
      if (Clock::now() < self->deadline_) return self->watch_deadline();
      self->finish_failed("timed out");
    });
  }

  Tcp::socket socket_;
  asio::steady_timer timer_;
  Tcp::endpoint endpoint_;
  boost::beast::flat_buffer in_;
  std::optional<Parser> parser_;
  std::string out_;
  bool handed_over_ = false;  ///< bytes of the request may have gone to the network
  Done done_;
  Clock::time_point deadline_;
  std::optional<Clock::time_point> armed_until_;
  std::uint64_t epoch_ = 0;
  bool connected_ = false;
};

HttpConnection::HttpConnection(asio::io_context& loop, std::uint16_t port)
    : impl_(std::make_shared<Impl>(loop, port)) {}
HttpConnection::~HttpConnection() { impl_->abandon(); }
bool HttpConnection::busy() const { return impl_->busy(); }
void HttpConnection::request(std::string text, std::int64_t timeout_ns, Done done) {
  impl_->request(std::move(text), timeout_ns, std::move(done));
}

}  // namespace fracas::harness
