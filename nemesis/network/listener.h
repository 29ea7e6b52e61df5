// The proxy of one directed pair: a listening socket on loopback and the connections that came in through it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nemesis/network/connection.h"

namespace fracas::nemesis {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(boost::asio::io_context&, LinkPtr there, LinkPtr back, std::uint16_t upstream_port);

  /// Binds a free port of 127.0.0.1, begins to accept, and returns the port.
  boost::system::result<std::uint16_t, std::string> open();
  void close();

  /// Those that are not closed.
  const std::vector<std::shared_ptr<Connection>>& connections();

 private:
  void accept();
  void accept_later();

  LinkPtr there_;
  LinkPtr back_;
  boost::asio::ip::tcp::endpoint upstream_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<Scratch> scratch_ = std::make_shared<Scratch>();
  std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace fracas::nemesis
