// A connection through a proxy: one pump for each direction, and what becomes of the connection when an end
// goes away or a rule changes. News travel like bytes: while a link is blocked, an end does not learn over it
// that the other end is gone.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>

#include "nemesis/network/link.h"
#include "nemesis/network/pump.h"

namespace fracas::nemesis {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  /// `there` carries what the client (whoever connected) sends, `back` what it gets.
  Connection(Socket client, LinkPtr there, LinkPtr back, boost::asio::ip::tcp::endpoint upstream,
             std::shared_ptr<Scratch>);

  /// Connects to the upstream; an attempt over a blocked link is counted and held until the block ends.
  void start();
  /// A block of one of its links has ended.
  void unblocked();
  /// Ends both ways at once, politely.
  void close();

  bool closed() const { return state_ == State::closed; }
  /// Whether a block of this link silences something that is alive. A direction that never carried anything
  /// (the way back of a link between nodes) has nothing to lose.
  bool is_alive_on(const LinkPtr&) const;
  /// Bytes for this link that have arrived and not been passed on.
  std::uint64_t held_on(const LinkPtr&) const;

 private:
  enum class State { held, connecting, open, broken, closed };

  void connect();
  void on_connected(const boost::system::error_code&);
  void drive(Pump&);
  void wait(Pump&, Socket&, Socket::wait_type);
  /// One end is gone: the other learns it over `news`, when that link passes something.
  void break_over(const LinkPtr& news);
  void reset();
  void count_what_is_lost();

  Socket client_;
  Socket upstream_;
  boost::asio::ip::tcp::endpoint address_;
  Pump there_;
  Pump back_;
  std::shared_ptr<Scratch> scratch_;
  State state_ = State::held;
  LinkPtr news_;  ///< broken: over which the end that is left will learn of it
};

}  // namespace fracas::nemesis
