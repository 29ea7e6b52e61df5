// Both ends of connections for the tests of the proxies: a peer keeps what it received and how it ended.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fracas::nemesis {

using boost::asio::ip::tcp;

class Peer : public std::enable_shared_from_this<Peer> {
 public:
  explicit Peer(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    socket_.async_read_some(boost::asio::buffer(bytes_),
                            [self = shared_from_this()](auto error, std::size_t n) {
                              self->received.append(self->bytes_.data(), n);
                              if (!error) return self->read();
                              self->ended = true;
                              self->reset = error != boost::asio::error::eof;
                            });
  }
  void send(std::string text) {
    auto kept = std::make_shared<std::string>(std::move(text));
    boost::asio::async_write(socket_, boost::asio::buffer(*kept),
                             [self = shared_from_this(), kept](auto, std::size_t n) { self->sent += n; });
  }
  void finish_sending() { socket_.shutdown(tcp::socket::shutdown_send); }
  void close() { socket_.close(); }

  std::string received;
  std::size_t sent = 0;
  bool ended = false;  ///< the other side has ended this direction
  bool reset = false;  ///< not by an orderly end

 private:
  tcp::socket socket_;
  std::array<char, 4096> bytes_{};
};
using PeerPtr = std::shared_ptr<Peer>;

/// A server that keeps every connection it gets.
class Server {
 public:
  explicit Server(boost::asio::io_context& context)
      : acceptor_(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    accept();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::vector<PeerPtr> peers;
  bool reads = true;

 private:
  void accept() {
    acceptor_.async_accept([this](auto error, tcp::socket socket) {
      if (error) return;
      peers.push_back(std::make_shared<Peer>(std::move(socket)));
      if (reads) peers.back()->read();
      accept();
    });
  }
  tcp::acceptor acceptor_;
};

inline PeerPtr connect(boost::asio::io_context& context, std::uint16_t port) {
  tcp::socket socket(context);
  socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
  auto peer = std::make_shared<Peer>(std::move(socket));
  peer->read();
  return peer;
}

/// Runs callbacks until the condition holds; false after ten seconds.
inline bool run_until(boost::asio::io_context& context, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context.restart();
    context.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace fracas::nemesis
