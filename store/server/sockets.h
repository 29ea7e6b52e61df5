// The sockets of this server: Asio's, bound to the one loop without its type-erased executor, which would
// cost an allocation an operation.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <string>

namespace fracas::store {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, boost::asio::io_context::executor_type>;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, boost::asio::io_context::executor_type>;

/// Listens at once, also where a predecessor's connections still linger (SO_REUSEADDR). Error: what failed,
/// with the address.
boost::system::result<Acceptor, std::string> listen_on(boost::asio::io_context&, const Tcp::endpoint&);

/// "127.0.0.1:7101", "[::1]:7101"; numeric addresses only, port 0 to 65535.
boost::system::result<Tcp::endpoint, std::string> parse_endpoint(std::string_view text);
std::string to_string(const Tcp::endpoint&);

}  // namespace fracas::store
