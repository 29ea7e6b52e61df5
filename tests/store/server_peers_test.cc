// The links between nodes, on real sockets: what arrives, what comes back as SendFailed, and what closes a
// connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "store/server/peer_link.h"
#include "store/server/peer_listener.h"
#include "store/wire.h"

namespace fracas::store {
namespace {

namespace asio = boost::asio;

PeerIdentity identity_of(NodeIndex self) {
  return {.self = self, .names = {"n1", "n2", "n3"}, .cluster = 42, .incarnation = "test"};
}

Message message(OperationId operation, std::size_t bytes = 3) {
  return ReadRequest{operation, std::string(bytes, 'k')};
}
OperationId operation_of(const Message& message) { return std::get<ReadRequest>(message).operation; }

/// n1 sends, n2 listens; both on one loop.
class Peers : public testing::Test {
 protected:
  Tcp::endpoint any_port{asio::ip::address_v4::loopback(), 0};

  void listen(const Tcp::endpoint& at) {
    auto acceptor = listen_on(io, at);
    ASSERT_TRUE(acceptor) << acceptor.error();
    endpoint = acceptor->local_endpoint();
    listener = std::make_unique<PeerListener>(io, *std::move(acceptor), n2, [this](FromPeer from) {
      EXPECT_EQ(from.from, 0);
      received.push_back(operation_of(from.message));
    });
    listener->start();
  }
  std::unique_ptr<PeerLink> link(PeerLinkLimits limits = {}) {
    return std::make_unique<PeerLink>(
        io, n1, NodeIndex{1}, endpoint,
        [this](SendFailed back) {
          EXPECT_FALSE(sending) << "handed back from inside send()";
          failed.push_back(operation_of(back.message));
        },
        limits);
  }
  void send(PeerLink& to, Message what) {
    sending = true;
    to.send(std::move(what));
    sending = false;
  }
  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      if (io.run_one_for(std::chrono::milliseconds{20}) == 0) io.restart();
    }
  }
  /// Bytes of a stranger on a connection of its own, until the listener closes it.
  void expect_closed_after(const std::string& bytes) {
    Socket socket(io.get_executor());
    socket.connect(endpoint);
    asio::write(socket, asio::buffer(bytes));
    bool closed = false;
    char byte = 0;
    socket.async_read_some(asio::buffer(&byte, 1), [&](const boost::system::error_code& error, std::size_t) {
      closed = error.failed();
    });
    run_until([&] { return closed; });
  }

  asio::io_context io;
  PeerIdentity n1 = identity_of(0);
  PeerIdentity n2 = identity_of(1);
  Tcp::endpoint endpoint;
  std::unique_ptr<PeerListener> listener;
  std::vector<OperationId> received;
  std::vector<OperationId> failed;
  bool sending = false;
};

TEST_F(Peers, messages_arrive_in_order_and_those_of_one_turn_share_a_write) {
  listen(any_port);
  const auto to = link();
  for (OperationId i = 0; i < 100; ++i) send(*to, message(i, 1000));
  run_until([&] { return received.size() == 100; });
  for (OperationId i = 0; i < 100; ++i) EXPECT_EQ(received[i], i);
  EXPECT_TRUE(failed.empty());
  EXPECT_EQ(to->counters().sent, 100U);
  EXPECT_EQ(to->counters().writes, 1U);
}

TEST_F(Peers, without_a_listener_every_message_comes_back) {
  listen(any_port);
  listener.reset();
  const auto to = link();
  for (OperationId i = 0; i < 5; ++i) send(*to, message(i));
  run_until([&] { return failed.size() == 5; });
  send(*to, message(5));
  run_until([&] { return failed.size() == 6; });
  EXPECT_FALSE(to->counters().up);
}

TEST_F(Peers, a_link_comes_back_with_its_peer) {
  listen(any_port);
  const auto to =
      link({.first_backoff = std::chrono::milliseconds{1}, .last_backoff = std::chrono::milliseconds{2}});
  listener.reset();
  send(*to, message(0));
  run_until([&] { return failed.size() == 1; });
  listen(endpoint);
  OperationId next = 1;
  run_until([&] {
    if (received.empty()) send(*to, message(next++));
    return !received.empty();
  });
  EXPECT_TRUE(to->counters().up);
}

TEST_F(Peers, what_does_not_fit_into_the_queue_comes_back) {
  listen(any_port);
  const auto few = link({.queue_messages = 3});
  for (OperationId i = 0; i < 5; ++i) send(*few, message(i));
  run_until([&] { return failed.size() == 2 && received.size() == 3; });
  EXPECT_EQ(failed, (std::vector<OperationId>{3, 4}));

  failed.clear();
  received.clear();
  const auto small = link({.queue_bytes = 2500});
  for (OperationId i = 0; i < 5; ++i) send(*small, message(i, 1000));
  run_until([&] { return failed.size() == 3 && received.size() == 2; });
}

TEST_F(Peers, a_peer_that_reads_nothing_fills_the_queue_and_no_message_is_lost_silently) {
  auto acceptor = listen_on(io, any_port);
  ASSERT_TRUE(acceptor);
  endpoint = acceptor->local_endpoint();
  {
    const auto to = link({.queue_bytes = 1 << 20});
    OperationId next = 0;
    run_until([&] {
      for (int i = 0; i < 10; ++i) send(*to, message(next++, 50'000));
      return !failed.empty();
    });
    EXPECT_TRUE(to->counters().up);
    // The peer goes: what had not begun to go out comes back, the rest counts as sent.
    Socket accepted = acceptor->accept();
    accepted.close();
    run_until([&] { return to->counters().sent + failed.size() == next; });
    EXPECT_FALSE(to->counters().up);
  }
}

TEST_F(Peers, unsound_connections_are_closed) {
  listen(any_port);
  const std::string hello = "fracas-peer 1 n1 test\n";
  std::string frame = *encode({.from = 0, .cluster = 42, .message = message(1)});
  std::string wrong_sum = frame;
  wrong_sum.back() = static_cast<char>(wrong_sum.back() ^ 1);
  std::string wrong_version = frame;
  wrong_version.front() = 77;
  expect_closed_after(hello + wrong_sum);
  expect_closed_after(hello + wrong_version);
  expect_closed_after(hello + *encode({.from = 2, .cluster = 42, .message = message(1)}));
  expect_closed_after(hello + *encode({.from = 0, .cluster = 43, .message = message(1)}));
  expect_closed_after("fracas-peer 1 n9 test\n");
  expect_closed_after("fracas-peer 1 n2 itself\n");
  expect_closed_after("fracas-peer 9 n1 test\n");
  expect_closed_after("GET / HTTP/1.1\r\n\r\n");
  expect_closed_after(std::string(1000, 'x'));
  EXPECT_TRUE(received.empty());
  EXPECT_EQ(listener->counters().unsound, 9U);
  EXPECT_EQ(listener->counters().connections, 0U);
}

}  // namespace
}  // namespace fracas::store
