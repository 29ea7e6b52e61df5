#include "nemesis/network/pump.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace fracas::nemesis {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Reads before the other connections get their turn.
constexpr int kTurn = 16;

}  // namespace

Pump::Sent Pump::send(const char* bytes, std::size_t size) {
  error_code error;
  const std::size_t sent = sink_.write_some(asio::buffer(bytes, size), error);
  if (error && error != asio::error::would_block) return Sent::failed;
  link_->counters.bytes_passed += sent;
  carried_ = carried_ || sent > 0;
  if (sent == size) {
    kept_.clear();
    return Sent::all;
  }
  kept_ = std::string(bytes + sent, size - sent);
  return Sent::some;
}

Pump::State Pump::finish() {
  finished_ = true;
  error_code error;
  sink_.shutdown(asio::ip::tcp::socket::shutdown_send, error);  // half-close: the other direction goes on
  return error ? State::sink_gone : State::finished;
}

Pump::State Pump::move(Scratch& scratch) {
  if (finished_) return State::finished;
  for (int turn = 0; turn < kTurn; ++turn) {
    if (link_->blocked()) return State::silenced;
    if (!kept_.empty()) {
      const std::string bytes = std::move(kept_);
      const Sent sent = send(bytes.data(), bytes.size());
      if (sent == Sent::failed) return State::sink_gone;
      if (sent == Sent::some) return State::needs_sink;
    }
    error_code error;
    const std::size_t size = source_.read_some(asio::buffer(scratch), error);
    if (error == asio::error::would_block) return State::needs_source;
    if (error == asio::error::eof) return finish();
    if (error) return State::source_gone;
    const Sent sent = send(scratch.data(), size);
    if (sent == Sent::failed) return State::sink_gone;
    if (sent == Sent::some) return State::needs_sink;
    if (size < scratch.size()) return State::needs_source;  // a short read: nothing more has arrived
  }
  return State::busy;
}

std::uint64_t Pump::held() const {
  if (finished_ || !source_.is_open()) return 0;
  error_code error;
  const std::size_t unread = source_.available(error);
  return kept_.size() + (error ? 0 : unread);
}

}  // namespace fracas::nemesis
