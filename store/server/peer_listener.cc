#include "store/server/peer_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "store/server/log.h"
#include "store/wire.h"

namespace fracas::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_bytes = 64 << 10;
constexpr std::size_t max_hello_bytes = 256;
/// A peer needs one; while links are cut and healed, old ones linger.
constexpr std::size_t max_connections = 256;
constexpr std::chrono::milliseconds accept_pause{20};

/// The sender of "fracas-peer 1 NAME INCARNATION".
boost::system::result<NodeIndex, std::string> parse_hello(std::string_view line, const PeerIdentity& us) {
  const auto expected = fmt::format("fracas-peer {} ", wire_version);
  if (!line.starts_with(expected)) return fmt::format("no line '{}NAME INCARNATION' at its start", expected);
  line.remove_prefix(expected.size());
  const auto name = line.substr(0, line.find(' '));
  const auto found = std::find(us.names.begin(), us.names.end(), name);
  if (found == us.names.end()) return fmt::format("'{}' is no node of this cluster", name);
  return static_cast<NodeIndex>(found - us.names.begin());
}

}  // namespace

class PeerListener::Impl : public std::enable_shared_from_this<PeerListener::Impl> {
 public:
  Impl(asio::io_context& io, Acceptor acceptor, const PeerIdentity& identity,
       std::function<void(FromPeer)> received)
      : acceptor_(std::move(acceptor)), pause_(io), identity_(identity), received_(std::move(received)) {}

  void accept();
  void stop();

  class Connection;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  const PeerIdentity& identity_;
  std::function<void(FromPeer)> received_;
  PeerListenerCounters counters_;
  bool stopped_ = false;
};

class PeerListener::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Impl> listener, Socket socket)
      : listener_(std::move(listener)), socket_(std::move(socket)) {
    ++listener_->counters_.connections;
  }
  ~Connection() { --listener_->counters_.connections; }

  void read() {
    socket_.async_read_some(buffer_.prepare(read_bytes),
                            [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                              if (self->listener_->stopped_) return;
                              if (error) return self->ended(error);
                              self->buffer_.commit(bytes);
                              if (self->take_all()) self->read();
                            });
  }

 private:
  std::string_view view() const { return {static_cast<const char*>(buffer_.data().data()), buffer_.size()}; }

  void ended(const error_code& error) {
    if (sender_) log("peer {} hung up: {}", listener_->identity_.names[*sender_], error.message());
  }

  /// False: the connection is to be closed.
  bool take_all() {
    if (!sender_ && !take_hello()) return false;
    while (sender_) {
      auto frame = next_frame(view());
      if (!frame) return unsound(frame.error().message);
      if (!frame->has_value()) return true;
      if (!take(**frame)) return false;
    }
    return true;
  }

  bool take_hello() {
    const auto end = view().find('\n');
    if (end == std::string_view::npos)
      return buffer_.size() <= max_hello_bytes || unsound("no line of introduction");
    const auto sender = parse_hello(view().substr(0, end), listener_->identity_);
    if (!sender) return unsound(sender.error());
    if (*sender == listener_->identity_.self) return unsound("it introduces itself as this node");
    log("peer {} calls: {}", listener_->identity_.names[*sender], view().substr(0, end));
    sender_ = *sender;
    buffer_.consume(end + 1);
    return true;
  }

  bool take(DecodedFrame& frame) {
    buffer_.consume(frame.size);
    if (frame.envelope.cluster != listener_->identity_.cluster)
      return unsound("it belongs to a cluster of other names, n or conflict");
    if (frame.envelope.from != *sender_) return unsound("a frame of another sender than its introduction");
    ++listener_->counters_.received;
    listener_->received_({.from = *sender_, .message = std::move(frame.envelope.message)});
    return true;
  }

  bool unsound(std::string_view why) {
    ++listener_->counters_.unsound;
    log("peer {} refused: {}", sender_ ? listener_->identity_.names[*sender_] : std::string("unknown"), why);
    return false;
  }

  std::shared_ptr<Impl> listener_;
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<NodeIndex> sender_;  ///< once introduced
};

void PeerListener::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& error, Socket socket) {
    if (self->stopped_) return;
    if (!error) {
      if (self->counters_.connections < max_connections)
        std::make_shared<Connection>(self, std::move(socket))->read();
      else
        log("peer refused: over {} connections", max_connections);
      return self->accept();
    }
    log("peers: accept failed: {}", error.message());
    self->pause_.expires_after(accept_pause);
    self->pause_.async_wait([self](const error_code& cancelled) {
      if (!cancelled) self->accept();
    });
  });
}

void PeerListener::Impl::stop() {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

PeerListener::PeerListener(asio::io_context& io, Acceptor acceptor, const PeerIdentity& identity,
                           std::function<void(FromPeer)> received)
    : impl_(std::make_shared<Impl>(io, std::move(acceptor), identity, std::move(received))) {}
PeerListener::~PeerListener() { impl_->stop(); }

void PeerListener::start() { impl_->accept(); }
PeerListenerCounters PeerListener::counters() const { return impl_->counters_; }

}  // namespace fracas::store
