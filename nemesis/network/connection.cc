#include "nemesis/network/connection.h"

#include <poll.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace fracas::nemesis {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Small messages go out at once, and no read or write ever blocks the harness.
void prepare(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
}

/// Whether the peer has closed its side, looking only.
bool given_up(tcp::socket& socket) {
  pollfd entry{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&entry, 1, 0) == 1 && (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

Connection::Connection(Socket client, LinkPtr there, LinkPtr back, tcp::endpoint upstream,
                       std::shared_ptr<Scratch> scratch)
    : client_(std::move(client)),
      upstream_(client_.get_executor()),
      address_(upstream),
      there_(client_, upstream_, std::move(there)),
      back_(upstream_, client_, std::move(back)),
      scratch_(std::move(scratch)) {
  prepare(client_);
}

void Connection::start() {
  if (!there_.link()->blocked()) return connect();
  ++there_.link()->counters.connections_refused;
}

void Connection::connect() {
  state_ = State::connecting;
  upstream_.async_connect(address_,
                          [self = shared_from_this()](error_code error) { self->on_connected(error); });
}

void Connection::on_connected(const error_code& error) {
  if (state_ == State::closed) return;
  if (error) return break_over(back_.link());  // a dead node: the client sees a reset
  state_ = State::open;
  prepare(upstream_);
  drive(there_);
  drive(back_);
}

void Connection::drive(Pump& pump) {
  if (state_ != State::open || pump.waiting) return;
  switch (pump.move(*scratch_)) {
    case Pump::State::needs_source:
      return wait(pump, pump.source(), Socket::wait_read);
    case Pump::State::needs_sink:
      return wait(pump, pump.sink(), Socket::wait_write);
    case Pump::State::busy:
      pump.waiting = true;
      return asio::post(client_.get_executor(), [self = shared_from_this(), &pump] {
        pump.waiting = false;
        self->drive(pump);
      });
    case Pump::State::silenced:
      return;
    case Pump::State::finished:
      if (there_.finished() && back_.finished()) close();
      return;
    case Pump::State::source_gone:  // the news go the way of its bytes
      return break_over(pump.link());
    case Pump::State::sink_gone:
      return break_over(&pump == &there_ ? back_.link() : there_.link());
  }
}

void Connection::wait(Pump& pump, Socket& socket, Socket::wait_type what) {
  pump.waiting = true;
  socket.async_wait(what, [self = shared_from_this(), &pump](error_code) {
    pump.waiting = false;
    self->drive(pump);
  });
}

void Connection::break_over(const LinkPtr& news) {
  if (!news->blocked()) return reset();
  state_ = State::broken;
  news_ = news;
}

void Connection::unblocked() {
  switch (state_) {
    case State::held:
      if (there_.link()->blocked()) return;
      // Who gave up during the block had not been connected to anyone: nothing of it may arrive now.
      return given_up(client_) ? reset() : connect();
    case State::open:
      drive(there_);
      drive(back_);
      return;
    case State::broken:
      if (!news_->blocked()) reset();
      return;
    case State::connecting:
    case State::closed:
      return;
  }
}

void Connection::reset() {
  error_code ignored;
  client_.set_option(asio::socket_base::linger(true, 0), ignored);
  upstream_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void Connection::count_what_is_lost() {
  for (const Pump* pump : {&there_, &back_}) {
    if (pump->link()->blocked()) pump->link()->counters.bytes_held += pump->held();
  }
}

void Connection::close() {
  if (state_ == State::closed) return;
  count_what_is_lost();
  state_ = State::closed;
  error_code ignored;
  client_.close(ignored);
  upstream_.close(ignored);
}

bool Connection::is_alive_on(const LinkPtr& link) const {
  if (state_ != State::open && state_ != State::connecting) return false;
  return there_.link() == link || (back_.link() == link && back_.has_carried());
}

std::uint64_t Connection::held_on(const LinkPtr& link) const {
  if (state_ == State::closed) return 0;
  std::uint64_t bytes = 0;
  for (const Pump* pump : {&there_, &back_}) {
    if (pump->link() == link) bytes += pump->held();
  }
  return bytes;
}

}  // namespace fracas::nemesis
