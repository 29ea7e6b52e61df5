#include "store/server/peer_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "store/server/log.h"
#include "store/wire.h"

namespace fracas::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// A connection that lived this long was a good one: the next begins with the first backoff again.
constexpr std::chrono::seconds settled_after{1};

/// Frames back to back, and which message begins where.
struct Outbox {
  struct Entry {
    std::size_t begin = 0;
    Message message;
  };
  std::string bytes;
  std::vector<Entry> entries;
};

struct Connection {
  explicit Connection(asio::io_context& io) : socket(io.get_executor()) {}
  Socket socket;
  Outbox writing;  ///< empty bytes: no write in progress
  std::array<char, 64> unexpected{};
  Clock::time_point since;
};

}  // namespace

class PeerLink::Impl {
 public:
  Impl(asio::io_context& io, const PeerIdentity& identity, NodeIndex peer, Tcp::endpoint endpoint,
       std::function<void(SendFailed)> failed, PeerLinkLimits limits)
      : io_(io),
        connect_timer_(io),
        identity_(identity),
        peer_(peer),
        endpoint_(std::move(endpoint)),
        failed_(std::move(failed)),
        limits_(limits),
        backoff_(limits.first_backoff) {}

  void send(Message message) {
    if (!connection_ && Clock::now() < retry_at_) return hand_back(std::move(message));
    Envelope envelope{.from = identity_.self, .cluster = identity_.cluster, .message = std::move(message)};
    const auto frame = encode(envelope);
    if (!frame || queued_.entries.size() >= limits_.queue_messages ||
        queued_.bytes.size() + frame->size() > limits_.queue_bytes)
      return hand_back(std::move(envelope.message));
    queued_.entries.push_back({queued_.bytes.size(), std::move(envelope.message)});
    queued_.bytes += *frame;
    if (!connection_) return connect();
    if (up_) flush_soon();
  }

  PeerLinkCounters counters() const {
    PeerLinkCounters now = counters_;
    now.queued_bytes = queued_.bytes.size();
    now.up = up_;
    return now;
  }

 private:
  const std::string& name() const { return identity_.names[peer_]; }

  void hand_back(Message message) {
    ++counters_.failed;
    asio::post(io_, [this, event = SendFailed{.to = peer_, .message = std::move(message)}]() mutable {
      failed_(std::move(event));
    });
  }

  void connect() {
    connection_ = std::make_shared<Connection>(io_);
    connect_timer_.expires_after(limits_.connect_timeout);
    connect_timer_.async_wait([connection = connection_](const error_code& cancelled) {
      error_code ignored;
      if (!cancelled) connection->socket.close(ignored);
    });
    connection_->socket.async_connect(endpoint_, [this, connection = connection_](const error_code& error) {
      connect_timer_.cancel();
      connected(error ? error : connection->socket.is_open() ? error_code{} : asio::error::timed_out);
    });
  }

  void connected(const error_code& error) {
    if (error) return lost(error.message());
    error_code ignored;
    connection_->socket.set_option(Tcp::no_delay(true), ignored);
    connection_->since = Clock::now();
    up_ = true;
    complained_ = false;
    log("peer {} up: connected to {}", name(), to_string(endpoint_));
    introduce_ourselves();
    watch_for_the_end();
    flush();
  }

  void introduce_ourselves() {
    const auto hello = fmt::format("fracas-peer {} {} {}\n", wire_version, identity_.names[identity_.self],
                                   identity_.incarnation);
    queued_.bytes.insert(0, hello);
    for (Outbox::Entry& entry : queued_.entries) entry.begin += hello.size();
  }

  void watch_for_the_end() {
    connection_->socket.async_read_some(
        asio::buffer(connection_->unexpected),
        [this, connection = connection_](const error_code& error, std::size_t) {
          if (connection != connection_) return;
          lost(error ? error.message() : "it spoke on a connection that is ours alone");
        });
  }

  void flush_soon() {
    if (std::exchange(flush_scheduled_, true)) return;
    asio::post(io_, [this] {
      flush_scheduled_ = false;
      if (up_) flush();
    });
  }

  void flush() {
    if (!connection_->writing.bytes.empty() || queued_.bytes.empty()) return;
    std::swap(connection_->writing, queued_);
    ++counters_.writes;
    asio::async_write(connection_->socket, asio::buffer(connection_->writing.bytes),
                      [this, connection = connection_](const error_code& error, std::size_t bytes) {
                        written(*connection, error, bytes);
                        if (connection != connection_) return;
                        if (error) return lost(error.message());
                        flush();
                      });
  }

  void written(Connection& connection, const error_code& error, std::size_t bytes) {
    Outbox& outbox = connection.writing;
    if (!error) {
      counters_.sent += outbox.entries.size();
    } else {
      const auto unsent =
          std::partition_point(outbox.entries.begin(), outbox.entries.end(),
                               [&](const Outbox::Entry& entry) { return entry.begin < bytes; });
      counters_.sent += static_cast<std::uint64_t>(unsent - outbox.entries.begin());
      for (auto entry = unsent; entry != outbox.entries.end(); ++entry) hand_back(std::move(entry->message));
    }
    outbox.entries.clear();
    outbox.bytes.clear();
  }

  /// Also when it never came to be. What is still queued goes back; what is being written is the business of
  /// the write's own end.
  void lost(std::string_view why) {
    if (up_ || !std::exchange(complained_, true)) log("peer {} down: {}", name(), why);
    if (up_ && Clock::now() - connection_->since >= settled_after) backoff_ = limits_.first_backoff;
    up_ = false;
    error_code ignored;
    connection_->socket.close(ignored);
    connection_.reset();
    retry_at_ = Clock::now() + backoff_;
    backoff_ = std::min(backoff_ * 2, limits_.last_backoff);
    for (Outbox::Entry& entry : queued_.entries) hand_back(std::move(entry.message));
    queued_ = {};
  }

  asio::io_context& io_;
  asio::steady_timer connect_timer_;
  const PeerIdentity& identity_;
  NodeIndex peer_;
  Tcp::endpoint endpoint_;
  std::function<void(SendFailed)> failed_;
  PeerLinkLimits limits_;
  PeerLinkCounters counters_;
  std::shared_ptr<Connection> connection_;  ///< none: down
  bool up_ = false;                         ///< connected, not merely connecting
  bool complained_ = false;                 ///< one log line for a row of failures to connect
  bool flush_scheduled_ = false;
  Clock::time_point retry_at_{};
  std::chrono::milliseconds backoff_;
  Outbox queued_;
};

PeerLink::PeerLink(asio::io_context& io, const PeerIdentity& identity, NodeIndex peer, Tcp::endpoint endpoint,
                   std::function<void(SendFailed)> failed, PeerLinkLimits limits)
    : impl_(std::make_unique<Impl>(io, identity, peer, std::move(endpoint), std::move(failed), limits)) {}
PeerLink::~PeerLink() = default;

void PeerLink::send(Message message) { impl_->send(std::move(message)); }
PeerLinkCounters PeerLink::counters() const { return impl_->counters(); }

}  // namespace fracas::store
