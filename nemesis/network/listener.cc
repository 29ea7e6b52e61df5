#include "nemesis/network/listener.h"

#include <chrono>
#include <utility>

namespace fracas::nemesis {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// More wait in the kernel's backlog until some have gone.
constexpr std::size_t kMostConnections = 1024;
constexpr int kBacklog = 128;
/// After which it looks again: whether connections have gone, whether the process has file descriptors again.
constexpr std::chrono::milliseconds kPause{50};

tcp::endpoint loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

}  // namespace

Listener::Listener(asio::io_context& context, LinkPtr there, LinkPtr back, std::uint16_t upstream_port)
    : there_(std::move(there)),
      back_(std::move(back)),
      upstream_(loopback(upstream_port)),
      acceptor_(context),
      pause_(context) {}

boost::system::result<std::uint16_t, std::string> Listener::open() {
  error_code error;
  acceptor_.open(tcp::v4(), error);
  if (!error) acceptor_.bind(loopback(0), error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) return "cannot listen on a free port of 127.0.0.1 for a proxy: " + error.message();
  const std::uint16_t port = acceptor_.local_endpoint(error).port();
  accept();
  return port;
}

void Listener::accept() {
  if (!acceptor_.is_open()) return;
  if (connections().size() >= kMostConnections) return accept_later();
  acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !self->acceptor_.is_open()) return;
    if (error) return self->accept_later();  // no file descriptors left, or the client was gone again
    auto connection = std::make_shared<Connection>(std::move(socket), self->there_, self->back_,
                                                   self->upstream_, self->scratch_);
    self->connections_.push_back(connection);
    connection->start();
    self->accept();
  });
}

void Listener::accept_later() {
  pause_.expires_after(kPause);
  pause_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->accept();
  });
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& connection : connections_) connection->close();
  connections_.clear();
}

const std::vector<std::shared_ptr<Connection>>& Listener::connections() {
  std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
  return connections_;
}

}  // namespace fracas::nemesis
