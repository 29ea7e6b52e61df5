#include "store/server/sockets.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace fracas::store {

boost::system::result<Acceptor, std::string> listen_on(boost::asio::io_context& io,
                                                       const Tcp::endpoint& endpoint) {
  boost::system::error_code error;
  Acceptor acceptor(io.get_executor());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) return fmt::format("cannot listen on {}: {}", to_string(endpoint), error.message());
  return acceptor;
}

boost::system::result<Tcp::endpoint, std::string> parse_endpoint(std::string_view text) {
  const auto wrong = fmt::format("'{}' is not an address like 127.0.0.1:7101", text);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [stopped, number] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error || number != std::errc{} || stopped != digits.data() + digits.size()) return wrong;
  return Tcp::endpoint(address, port);
}

std::string to_string(const Tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace fracas::store
